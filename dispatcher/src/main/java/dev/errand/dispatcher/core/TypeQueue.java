package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Offer;
import java.util.ArrayList;
import java.util.List;

/**
 * The waiting tasks of one type, oldest first, and the workers that offer it. The list runs through
 * the tasks themselves, so that one leaves from the middle at no cost. Owner: the core's thread.
 */
final class TypeQueue {

  /** A worker that runs the type, and how. */
  record Offering(WorkerPeer worker, Offer offer) {}

  final String type;
  final List<Offering> offerings = new ArrayList<>();
  int running;
  private LiveTask first;
  private LiveTask last;
  private int size;

  TypeQueue(String type) {
    this.type = type;
  }

  int size() {
    return size;
  }

  LiveTask first() {
    return first;
  }

  /** A new task waits behind all others. */
  void addLast(LiveTask task) {
    task.previous = last;
    if (last == null) {
      first = task;
    } else {
      last.next = task;
    }
    last = task;
    size++;
    task.place = LiveTask.Place.QUEUED;
  }

  /** A task that comes back has waited before. */
  void addFirst(LiveTask task) {
    task.next = first;
    if (first == null) {
      last = task;
    } else {
      first.previous = task;
    }
    first = task;
    size++;
    task.place = LiveTask.Place.QUEUED;
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

  /** Whether a live worker offers the type and takes new work. */
  boolean offered() {
    for (Offering offering : offerings) {
      if (!offering.worker().draining) {
        return true;
      }
    }
    return false;
  }
}
