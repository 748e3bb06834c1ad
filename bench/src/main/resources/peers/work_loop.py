"""How a client talks to the benchmark that started it; the same as WorkLoop.java and TaskStream.java.

It says "ready"; then each line of its input says what to do, and a line of its output what came of it.
"""

import json
import signal
import sys
import time

FIRST_NUMBER = 1234567890


def square(number):
    """What a worker answers."""
    return f"{number} * {number} = {number * number}"


def answer(submit, ended):
    """Answers until the input ends.

    submit(number) submits a task; ended() waits until any has ended, and gives its number and result.
    """
    # A terminal interrupts all at once; whoever started this ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            tally = run(json.loads(line), submit, ended)
        except Exception as why:
            tally = {"failure": repr(why)}
        print(json.dumps(tally), flush=True)


def run(work, submit, ended):
    """Keeps tasks in flight: the next one is submitted as one ends. Times are seconds from the start."""
    warm_up = work["warmUpMillis"] / 1e3
    end = warm_up + work["millis"] / 1e3
    start = time.perf_counter()
    begun = {}
    latencies = []
    number = FIRST_NUMBER
    for _ in range(work["inFlight"]):
        begun[number] = time.perf_counter() - start
        submit(number)
        number += 1
    while begun:
        which, result = ended()
        now = time.perf_counter() - start
        if result != square(which):
            raise ValueError("a result was wrong")
        latency = now - begun.pop(which)
        if warm_up <= now < end:
            latencies.append(latency)
        if now < end:
            begun[number] = time.perf_counter() - start
            submit(number)
            number += 1
    latencies.sort()
    return {
        "tasks": len(latencies),
        "nanos": int((end - warm_up) * 1e9),
        "p50": quantile(latencies, 0.5),
        "p99": quantile(latencies, 0.99),
    }


def quantile(ascending, part):
    """In nanoseconds."""
    return ascending[int((len(ascending) - 1) * part)] * 1e9 if ascending else 0.0
