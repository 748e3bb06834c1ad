"""Celery with Redis as its broker and for its results. Takes which of the two processes this is."""

import collections
import os
import signal
import sys

import celery
import celery.signals

import work_loop

app = celery.Celery("celery_peer", broker=os.environ["BENCH_REDIS"], backend=os.environ["BENCH_REDIS"])


# JSON has room for numbers of any size, but not everybody reads them so.
@app.task(name="square")
def square(number):
    return work_loop.square(int(number))


def submit():
    sent = collections.deque()

    def send(number):
        sent.append((number, square.delay(str(number))))

    def ended():
        number, result = sent.popleft()
        return number, result.get(timeout=60)

    work_loop.answer(send, ended)


def work():
    # At once: its own way waits for a broker that may be gone.
    celery.signals.worker_ready.connect(lambda **_: signal.signal(signal.SIGTERM, signal.SIG_DFL), weak=False)
    app.worker_main(["worker", "--pool", "solo", "--loglevel", "INFO"])


if __name__ == "__main__":
    submit() if sys.argv[1] == "submits" else work()
