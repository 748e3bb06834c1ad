package dev.errand.dispatcher.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who gets which task: the types take turns, one task at a time, the oldest of each first; each
 * goes to the worker with the largest share of free slots. Owner: the core's thread.
 */
final class Granting {

  private final Tasks tasks;
  private final Leases leases;

  Granting(Tasks tasks, Leases leases) {
    this.tasks = tasks;
    this.leases = leases;
  }

  /** Leases whatever can be leased now; the type whose turn it would be next is the first then. */
  void run(Now now) {
    ArrayDeque<TypeQueue> turns = tasks.waiting();
    List<TypeQueue> later = new ArrayList<>();
    for (TypeQueue queue = turns.poll(); queue != null; queue = turns.poll()) {
      if (queue.size() == 0) {
        queue.waiting = false;
        continue;
      }
      boolean alone = grantAlone(queue, now);
      boolean shared = grantShared(queue, now);
      (alone || shared ? turns : later).add(queue);
    }
    turns.addAll(later);
  }

  private boolean grantShared(TypeQueue queue, Now now) {
    LiveTask task = queue.first();
    TypeQueue.Offering best = task == null ? null : best(queue);
    if (best != null) {
      leases.grant(task, best, now);
    }
    return best != null;
  }

  /** A suspect gets a worker of its own: one is kept free for it, and the others go on. */
  private boolean grantAlone(TypeQueue queue, Now now) {
    LiveTask suspect = queue.firstSuspect();
    if (suspect == null) {
      return false;
    }
    TypeQueue.Offering own = queue.reserved().orElseGet(() -> reserve(queue));
    if (own == null || !own.worker().leases.isEmpty()) {
      return false;
    }
    if (own.worker().available(own.offer().pool()) <= 0) {
      // It drains, or takes nothing for other reasons: another one may.
      own.worker().reservedFor = null;
      return false;
    }
    leases.grant(suspect, own, now);
    return true;
  }

  /** The one of the workers that is soonest free, as far as can be seen; null if there is none. */
  private static TypeQueue.Offering reserve(TypeQueue queue) {
    TypeQueue.Offering least =
        queue.offerings.stream()
            .filter(offering -> offering.worker().isShared() && !offering.worker().draining)
            .min(Comparator.comparingInt(offering -> offering.worker().leases.size()))
            .orElse(null);
    if (least != null) {
      least.worker().reservedFor = queue;
    }
    return least;
  }

  private static TypeQueue.Offering best(TypeQueue queue) {
    TypeQueue.Offering best = null;
    double bestShare = 0;
    for (TypeQueue.Offering offering : queue.offerings) {
      double share = offering.worker().freeShare(offering.offer().pool());
      if (share > bestShare && offering.worker().isShared()) {
        best = offering;
        bestShare = share;
      }
    }
    return best;
  }
}
