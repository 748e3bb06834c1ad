package dev.errand.dispatcher.core;

/**
 * Tasks in a row. The list runs through the tasks themselves, so that one leaves from the middle at
 * no cost. Owner: the core's thread.
 */
final class TaskLine {

  private LiveTask first;
  private LiveTask last;
  private int size;

  LiveTask first() {
    return first;
  }

  LiveTask last() {
    return last;
  }

  int size() {
    return size;
  }

  void addLast(LiveTask task) {
    task.previous = last;
    if (last == null) {
      first = task;
    } else {
      last.next = task;
    }
    last = task;
    size++;
  }

  void addFirst(LiveTask task) {
    task.next = first;
    if (first == null) {
      last = task;
    } else {
      first.previous = task;
    }
    first = task;
    size++;
  }

  void remove(LiveTask task) {
    if (task.previous == null) {
      first = task.next;
    } else {
      task.previous.next = task.next;
    }
    if (task.next == null) {
      last = task.previous;
    } else {
      task.next.previous = task.previous;
    }
    task.previous = null;
    task.next = null;
    size--;
  }
}
