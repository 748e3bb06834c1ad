"""A task queue and a result queue on one address, guarded by an authkey.

Takes the port, the file with the key, and which of the two processes this is.
"""

import queue
import sys
import threading
from multiprocessing.managers import BaseManager

import work_loop


class Queues(BaseManager):
    """The two queues, here or elsewhere."""


def submit(address, key):
    tasks = queue.Queue()
    results = queue.Queue()
    Queues.register("tasks", callable=lambda: tasks)
    Queues.register("results", callable=lambda: results)
    server = Queues(address, key).get_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    work_loop.answer(tasks.put, lambda: results.get(timeout=60))


def work(address, key):
    Queues.register("tasks")
    Queues.register("results")
    queues = Queues(address, key)
    queues.connect()
    tasks = queues.tasks()
    results = queues.results()
    print("ready", flush=True)
    while True:
        number = tasks.get()
        results.put((number, work_loop.square(number)))


if __name__ == "__main__":
    port, key_file, part = sys.argv[1:]
    with open(key_file, "rb") as file:
        (submit if part == "submits" else work)(("127.0.0.1", int(port)), file.read())
