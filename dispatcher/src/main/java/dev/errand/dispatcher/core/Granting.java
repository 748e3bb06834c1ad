package dev.errand.dispatcher.core;

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

  /** Leases whatever can be leased now. */
  void run(Now now) {
    boolean granted = true;
    while (granted) {
      granted = false;
      for (TypeQueue queue : tasks.queues()) {
        LiveTask task = queue.first();
        if (task != null) {
          TypeQueue.Offering best = best(queue);
          if (best != null) {
            leases.grant(task, best, now);
            granted = true;
          }
        }
      }
    }
  }

  private static TypeQueue.Offering best(TypeQueue queue) {
    TypeQueue.Offering best = null;
    double bestShare = 0;
    for (TypeQueue.Offering offering : queue.offerings) {
      double share = offering.worker().freeShare(offering.offer().pool());
      if (share > bestShare) {
        best = offering;
        bestShare = share;
      }
    }
    return best;
  }
}
