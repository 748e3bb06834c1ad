package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Offer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The waiting tasks of one type, oldest first, and the workers that offer it. Owner: the core's
 * thread.
 */
final class TypeQueue {

  /** A worker that runs the type, and how. */
  record Offering(WorkerPeer worker, Offer offer) {}

  final String type;
  final List<Offering> offerings = new ArrayList<>();

  /** Whether it is among those that wait for their turn. */
  boolean waiting;

  private final ArrayDeque<TypeQueue> turns;
  private final TaskLine ordinary = new TaskLine();
  private final TaskLine suspects = new TaskLine();
  int running;

  /**
   * An empty queue.
   *
   * @param turns where it waits for its turn when it has tasks
   */
  TypeQueue(String type, ArrayDeque<TypeQueue> turns) {
    this.type = type;
    this.turns = turns;
  }

  int size() {
    return ordinary.size() + suspects.size();
  }

  /** The next of those that may run beside others; null if there is none. */
  LiveTask first() {
    return ordinary.first();
  }

  /** The next of those that have to run alone; null if there is none. */
  LiveTask firstSuspect() {
    return suspects.first();
  }

  /** A new task waits behind all others. */
  void addLast(LiveTask task) {
    line(task).addLast(task);
    queued(task);
  }

  /** A task that comes back has waited before. */
  void addFirst(LiveTask task) {
    line(task).addFirst(task);
    queued(task);
  }

  private TaskLine line(LiveTask task) {
    return task.isSuspect() ? suspects : ordinary;
  }

  private void queued(LiveTask task) {
    task.place = LiveTask.Place.QUEUED;
    if (!waiting) {
      waiting = true;
      turns.add(this);
    }
  }

  void remove(LiveTask task) {
    line(task).remove(task);
    if (suspects.size() == 0) {
      reserved().ifPresent(offering -> offering.worker().reservedFor = null);
    }
  }

  /** The worker that is kept free for this type's suspects. */
  Optional<Offering> reserved() {
    return offerings.stream().filter(offering -> offering.worker().reservedFor == this).findFirst();
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
