package dev.errand.dispatcher.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Tasks in a row. The list runs through the tasks themselves, so that one leaves from the middle at
 * no cost. Whoever comes back goes to the front, and whoever is new to the end: so waits become
 * longer from the front on, and then shorter, and beside the longest is the second longest. Where
 * that does not hold (some of those that were running when the dispatcher ended stood between
 * others) the longest wait is told too short for a while. Owner: the core's thread.
 */
final class TaskLine {

  private LiveTask first;
  private LiveTask last;
  private LiveTask oldest;
  private int size;

  LiveTask first() {
    return first;
  }

  /** All of them, the last one first. */
  List<LiveTask> all() {
    List<LiveTask> all = new ArrayList<>(size);
    for (LiveTask task = last; task != null; task = task.previous) {
      all.add(task);
    }
    return all;
  }

  /** The one that has waited longest; null if there is none. */
  LiveTask oldest() {
    return oldest;
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
    oldest = older(oldest, task);
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
    oldest = older(oldest, task);
    size++;
  }

  void remove(LiveTask task) {
    if (task == oldest) {
      oldest = older(task.previous, task.next);
    }
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

  /** The one of both that has waited longer; either may be null. */
  static LiveTask older(LiveTask one, LiveTask other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return other.wakeNanos - one.wakeNanos < 0 ? other : one;
  }
}
