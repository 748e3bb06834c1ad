package dev.errand.simulation;

import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Pool;
import dev.errand.simulation.StepRecord.Kind;

/** Checks what workers run, and which of them are given up. Owner: the auditor. */
final class WorkerAudit {

  private final Books books;
  private final StepRecord step;
  private final CoreSettings.Timings timings;

  WorkerAudit(Books books, StepRecord step, CoreSettings.Timings timings) {
    this.books = books;
    this.step = step;
    this.timings = timings;
  }

  void started(WorkerNode worker, Grant grant) {
    TaskRecord task = books.tasks.get(grant.task());
    books.note(Journal.Event.STARTED, task.id, worker.incarnation, grant.lease());
    Pool pool = worker.pool(grant.type());
    if (++worker.taken[pool.ordinal()] > worker.profile.slots().of(pool)) {
      throw new Violation(
          Invariant.WITHIN_CREDIT,
          task.id,
          Journal.peer(worker.incarnation) + " runs more than it has slots for");
    }
    LeaseRecord lease = books.leases.get(grant.lease());
    if (lease.started) {
      throw new Violation(Invariant.ONE_LEASE, task.id, "a lease starts twice");
    }
    lease.started = true;
    if (lease.generation == task.generation && ++task.starts > 1 && task.spec.atMostOnce()) {
      throw new Violation(Invariant.ATTEMPTS_GROW, task.id, "it may start once, and starts again");
    }
  }

  void slotFree(WorkerNode worker, Grant grant) {
    worker.taken[worker.pool(grant.type()).ordinal()]--;
  }

  void askedToStop(WorkerNode worker, Grant grant) {
    books.note(Journal.Event.CANCEL_ASKED, grant.task(), worker.incarnation, grant.lease());
  }

  void handlerEnded(WorkerNode worker, Grant grant, boolean succeeded) {
    books.note(Journal.Event.HANDLER_ENDED, grant.task(), worker.incarnation, grant.lease());
    LeaseRecord lease = books.leases.get(grant.lease());
    lease.ended = true;
    lease.succeeded = succeeded;
  }

  /** The task's handler kills its worker. */
  void killed(Grant grant) {
    TaskRecord task = books.tasks.get(grant.task());
    if (books.leases.get(grant.lease()).generation != task.generation) {
      // Its worker was thought lost when it was tried again.
      return;
    }
    // A deadline that passes before the loss is noticed makes it a failure.
    if (++task.kills > Books.MOST_LOSSES + task.failures + task.forgotten) {
      throw new Violation(
          Invariant.POISON_STOPS, task.id, "it kills its worker number " + task.kills);
    }
  }

  /** A worker in a hurry gives everything back; any other says only what is true. */
  static void checkHandlerEnded(PeerRecord peer, LeaseRecord lease) {
    if (lease.started && !lease.ended && !peer.worker.leaving()) {
      throw new Violation(
          Invariant.WITHIN_CREDIT,
          lease.task.id,
          Journal.peer(peer.incarnation) + " says that a handler has ended, and it goes on");
    }
  }

  /** The core shows a worker. */
  void shown(long incarnation, int zombies) {
    PeerRecord peer = books.peers.get(incarnation);
    peer.seen = step.number;
    if (zombies != peer.zombies.size()) {
      throw new Violation(
          Invariant.WITHIN_CREDIT,
          0,
          "%s has %d handlers that do not end, the core counts %d"
              .formatted(Journal.peer(incarnation), peer.zombies.size(), zombies));
    }
    if (step.kind == Kind.TICK
        && books.now() - peer.heardAt
            > timings.loss() * 1_000_000L + books.stoodStill + Books.TOLERANCE_NANOS) {
      throw new Violation(
          Invariant.DRAINS, 0, Journal.peer(incarnation) + " is silent, and not given up");
    }
  }

  /** Those that the core does not show are lost. */
  void findLost() {
    for (PeerRecord peer : books.peers.values()) {
      if (peer.worker != null && peer.session != null && peer.seen != step.number) {
        if (!gone(peer)) {
          throw new Violation(
              Invariant.DRAINS, 0, Journal.peer(peer.incarnation) + " is given up for no reason");
        }
        books.note(Journal.Event.PEER_GIVEN_UP, 0, peer.incarnation, 0);
        books.forget(peer);
      }
    }
  }

  /** Whether this step is a reason to give the worker up. */
  boolean gone(PeerRecord peer) {
    return step.kind == Kind.TICK && books.now() - peer.heardAt >= timings.loss() * 1_000_000L
        || step.kind == Kind.MEMBER_LEFT && peer.worker.nodeId.equals(step.node);
  }

  /** To be called when nothing is left to do. */
  void close() {
    for (PeerRecord peer : books.peers.values()) {
      if (peer.worker != null && peer.session != null && !peer.worker.dead()) {
        close(peer);
      }
    }
  }

  private static void close(PeerRecord peer) {
    String name = Journal.peer(peer.incarnation);
    for (Pool pool : Pool.values()) {
      long free = peer.limit[pool.ordinal()] - peer.granted[pool.ordinal()];
      long slots = peer.worker.profile.slots().of(pool);
      // It may have gone ahead of its slots, by as many again, and not have been granted that much.
      if (free < slots || free > 2 * slots) {
        throw new Violation(
            Invariant.WITHIN_CREDIT,
            0,
            name + " has all its slots free, and credits for " + free + " of " + slots);
      }
    }
    if (!peer.zombies.isEmpty()) {
      throw new Violation(
          Invariant.DRAINS,
          peer.zombies.get(0).task.id,
          name + " never says that its handler has ended");
    }
  }
}
