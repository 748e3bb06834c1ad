package dev.errand.dispatcher.core;

/**
 * The waiting tasks of one line that are not in memory: its untried ones with the highest ids,
 * which only the store has. Owner: the core's thread.
 */
final class Backlog {

  final TaskQueue queue;
  final int priority;

  /** So many are not in memory. */
  long count;

  /** Up to that id all are. */
  long loadedUpTo;

  /** Whether the store has been asked for the next ones. */
  boolean loading;

  /** Of an earlier life, and in memory from the start. */
  int recovered;

  Backlog(TaskQueue queue, int priority) {
    this.queue = queue;
    this.priority = priority;
  }

  LineKey line() {
    return new LineKey(queue.type.name, queue.require, priority);
  }
}
