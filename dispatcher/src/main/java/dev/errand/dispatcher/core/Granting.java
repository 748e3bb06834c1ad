package dev.errand.dispatcher.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who gets which task: the types take turns, one task at a time, the first in rank of each first;
 * each goes to the worker with the largest share of free slots. Owner: the core's thread.
 */
final class Granting {

  private final TaskTypes types;
  private final Leases leases;
  private final List<TaskType> later = new ArrayList<>();

  Granting(TaskTypes types, Leases leases) {
    this.types = types;
    this.leases = leases;
  }

  /** Leases whatever can be leased now; the type whose turn it would be next is the first then. */
  void run(Now now) {
    ArrayDeque<TaskType> turns = types.waiting();
    for (TaskType type = turns.poll(); type != null; type = turns.poll()) {
      if (type.size() == 0) {
        type.waiting = false;
      } else if (grant(type, turns.isEmpty() ? Integer.MAX_VALUE : 1, now)) {
        turns.add(type);
      } else {
        later.add(type);
      }
    }
    turns.addAll(later);
    later.clear();
  }

  /** Whether so many could be granted; alone a type needs not wait for its next turn. */
  private boolean grant(TaskType type, int most, Now now) {
    for (int left = most; left > 0; left--) {
      if (!type.mayRun() || !grantOne(type, now)) {
        return false;
      }
    }
    return true;
  }

  private boolean grantOne(TaskType type, Now now) {
    if (type.grantable().isEmpty()) {
      return grantOne(type.plain(), now);
    }
    List<TaskQueue> queues = new ArrayList<>(type.grantable());
    if (type.plain().size() > 0) {
      queues.add(type.plain());
    }
    queues.sort(Comparator.comparingLong(Granting::rank));
    for (TaskQueue queue : queues) {
      if (grantOne(queue, now)) {
        return true;
      }
    }
    return false;
  }

  private static long rank(TaskQueue queue) {
    LiveTask first = queue.first();
    return TaskQueue.rank(first == null ? queue.firstSuspect() : first);
  }

  private boolean grantOne(TaskQueue queue, Now now) {
    return grantAlone(queue, now) || grantShared(queue, now);
  }

  private boolean grantShared(TaskQueue queue, Now now) {
    LiveTask task = queue.first();
    Offering best = task == null ? null : queue.offers.best();
    if (best != null) {
      leases.grant(task, best, now);
    }
    return best != null;
  }

  /** A suspect gets a worker of its own: one is kept free for it, and the others go on. */
  private boolean grantAlone(TaskQueue queue, Now now) {
    LiveTask suspect = queue.firstSuspect();
    if (suspect == null) {
      return false;
    }
    Offering own = queue.reserved().orElse(null);
    Offering free = own != null && isFree(own) ? own : free(queue);
    if (free != null) {
      leases.grant(suspect, free, now);
      return true;
    }
    if (own == null) {
      reserve(queue);
    } else if (own.worker.isIdle() || own.worker.isDraining()) {
      // It takes nothing: another one may.
      own.worker.reserve(null);
    }
    return false;
  }

  /** One where nothing runs, whether or not it is the one that is kept free; null: none. */
  private static Offering free(TaskQueue queue) {
    return queue
        .offers
        .all()
        .filter(offering -> offering.worker.isShared() && isFree(offering))
        .findFirst()
        .orElse(null);
  }

  private static boolean isFree(Offering offering) {
    return offering.worker.isIdle() && offering.worker.free(offering.offer.pool()) > 0;
  }

  /** Keeps the one of the workers free that is soonest so, as far as can be seen. */
  private static void reserve(TaskQueue queue) {
    queue
        .offers
        .all()
        .filter(Granting::canBeFree)
        .min(Comparator.comparingInt(offering -> offering.worker.leases.size()))
        .ifPresent(least -> least.worker.reserve(queue));
  }

  /** Who takes nothing although nothing runs there is not worth waiting for. */
  private static boolean canBeFree(Offering offering) {
    WorkerPeer worker = offering.worker;
    return worker.isShared()
        && !worker.isDraining()
        && (!worker.isIdle() || worker.free(offering.offer.pool()) > 0);
  }
}
