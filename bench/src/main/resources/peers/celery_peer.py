"""Celery with Redis as its broker and for its results. Run as a program it is the submitter."""

import collections
import os

import celery

import work_loop

app = celery.Celery("celery_peer", broker=os.environ["BENCH_REDIS"], backend=os.environ["BENCH_REDIS"])


# JSON has room for numbers of any size, but not everybody reads them so.
@app.task(name="square")
def square(number):
    return work_loop.square(int(number))


def main():
    sent = collections.deque()

    def submit(number):
        sent.append((number, square.delay(str(number))))

    def ended():
        number, result = sent.popleft()
        return number, result.get(timeout=60)

    work_loop.answer(submit, ended)


if __name__ == "__main__":
    main()
