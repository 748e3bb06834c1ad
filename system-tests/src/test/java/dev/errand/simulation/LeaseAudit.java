package dev.errand.simulation;

import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Pool;
import dev.errand.simulation.LeaseRecord.Status;
import dev.errand.simulation.StepRecord.Kind;

/** Checks that leases begin, go on and end for a reason. Owner: the auditor. */
final class LeaseAudit {

  private final Simulation simulation;
  private final Books books;
  private final StepRecord step;
  private final WorkerAudit workers;
  private final CoreSettings.Timings timings;

  LeaseAudit(
      Simulation simulation,
      Books books,
      StepRecord step,
      WorkerAudit workers,
      CoreSettings.Timings timings) {
    this.simulation = simulation;
    this.books = books;
    this.step = step;
    this.workers = workers;
    this.timings = timings;
  }

  /** A grant leaves for that peer. */
  void granted(PeerRecord peer, Grant grant) {
    TaskRecord task = books.tasks.get(grant.task());
    if (task == null || !task.durable) {
      throw new Violation(
          Invariant.ACKNOWLEDGED_IS_NEVER_LOST, grant.task(), "granted before it was durable");
    }
    books.note(Journal.Event.GRANTED, task.id, peer.incarnation, grant.lease());
    LeaseRecord lease = books.leases.get(grant.lease());
    if (lease == null) {
      lease = lease(task, grant.lease());
    }
    if (lease.sent || lease.status != Status.LIVE || lease.task != task) {
      throw new Violation(Invariant.ONE_LEASE, task.id, "a lease is sent that is " + lease.status);
    }
    if (grant.attempt() != task.attempts) {
      throw new Violation(
          Invariant.ATTEMPTS_GROW,
          task.id,
          "granted as attempt " + grant.attempt() + ", it is number " + task.attempts);
    }
    if (task.spec.atMostOnce() && !simulation.store().hasLease(task.id, lease.id)) {
      throw new Violation(
          Invariant.ATTEMPTS_GROW, task.id, "its only attempt is sent before that is durable");
    }
    if (lease.since > peer.drainsSince()) {
      throw new Violation(
          Invariant.WITHIN_CREDIT, task.id, Journal.peer(peer.incarnation) + " was told to leave");
    }
    lease.sent = true;
    lease.since = books.now();
    lease.worker = peer.incarnation;
    lease.timeoutNanos = grant.timeoutMillis() * 1_000_000;
    Pool pool = peer.worker.pool(grant.type());
    if (pool == null || !peer.worker.carries(task.spec.terms().require())) {
      throw new Violation(
          Invariant.WITHIN_CREDIT, task.id, Journal.peer(peer.incarnation) + " never offered it");
    }
    if (++peer.granted[pool.ordinal()] > peer.limit[pool.ordinal()]) {
      throw new Violation(
          Invariant.WITHIN_CREDIT, task.id, Journal.peer(peer.incarnation) + " accepts no more");
    }
  }

  /** A task gets a new lease. */
  private LeaseRecord lease(TaskRecord task, long id) {
    if (task.end != null) {
      throw new Violation(Invariant.ONE_END, task.id, "leased after its end");
    }
    if (task.lease != null) {
      throw new Violation(Invariant.ONE_LEASE, task.id, "leased while another lease lives");
    }
    if (id >>> 41 != books.epoch) {
      throw new Violation(Invariant.NO_STALE_EPOCH, task.id, "a lease of another epoch");
    }
    if (task.losses >= Books.MOST_LOSSES) {
      throw new Violation(
          Invariant.POISON_STOPS, task.id, "leased after " + task.losses + " losses");
    }
    long delay = task.generation == 1 ? task.spec.terms().delay() * 1_000_000 : 0;
    if (delay != 0
        && !task.recovered
        && books.now() + books.stoodStill + Books.TURN_NANOS < task.openedAt + delay) {
      throw new Violation(Invariant.ONE_PLACE, task.id, "leased before its delay is over");
    }
    TypeRecord type = books.types.get(task.spec.type());
    if (type.paused) {
      throw new Violation(Invariant.WITHIN_CREDIT, task.id, "leased while its type is paused");
    }
    if (type.limit != 0 && type.running + type.zombies >= type.limit) {
      throw new Violation(
          Invariant.WITHIN_CREDIT,
          task.id,
          "leased while %d of its type run and %d do not end, and %d may"
              .formatted(type.running, type.zombies, type.limit));
    }
    LeaseRecord lease = new LeaseRecord(id, task, books.now());
    books.leases.put(id, lease);
    task.attempts++;
    live(lease);
    return lease;
  }

  private void live(LeaseRecord lease) {
    lease.status = Status.LIVE;
    lease.since = books.now();
    lease.task.lease = lease;
    lease.task.last = lease;
    books.types.get(lease.task.spec.type()).running++;
  }

  /** A worker is asked to stop. */
  void cancels(Cancel cancel) {
    LeaseRecord lease = books.leases.get(cancel.lease());
    if (cancel.reason() == CancelReason.TIMEOUT
        && lease.status != Status.TIMED_OUT
        && lease.status != Status.EXPIRED) {
      throw new Violation(
          Invariant.ONE_LEASE,
          lease.task.id,
          "cancelled for a timeout, and it was " + lease.status);
    }
  }

  /** The core shows the task with that lease; 0: with none. */
  void compare(TaskRecord task, long lease, int failures, int losses) {
    LeaseRecord current = task.lease;
    if (current != null && current.id != lease) {
      ended(current, lease, failures, losses);
    } else if (current != null
        && step.kind == Kind.TICK
        && current.sent
        && books.now() > deadline(current) + books.stoodStill + Books.TOLERANCE_NANOS) {
      throw new Violation(Invariant.ONE_LEASE, task.id, "a lease lives beyond its deadline");
    }
    if (task.lease == null && lease != 0) {
      adopted(task, lease);
    }
  }

  /** Its last lease is lost and may come back. */
  void waits(TaskRecord task, LeaseRecord last, Place place, int losses) {
    if (place != Place.ENDING && neverArrived(last)) {
      neverArrives(last);
    } else if (step.kind == Kind.TICK
        && !last.counted
        && losses > task.losses
        && books.now() - books.startedAt >= timings.loss() * 1_000_000L) {
      last.counted = true;
      task.losses++;
    }
  }

  /** Whether its worker says in this step that it does not have it. */
  private boolean neverArrived(LeaseRecord lost) {
    return step.welcomed && lost.worker == step.peer && lost.heldStep != step.number;
  }

  private void neverArrives(LeaseRecord lost) {
    comesBack(lost);
    lost.status = Status.NEVER_ARRIVED;
    books.note(Journal.Event.LEASE_ENDED, lost.task.id, lost.id, lost.status.ordinal());
  }

  private long deadline(LeaseRecord lease) {
    return lease.since + lease.timeoutNanos + timings.grace() * 1_000_000L;
  }

  private void adopted(TaskRecord task, long id) {
    LeaseRecord lease = books.leases.get(id);
    if (lease == null) {
      if (step.kind != Kind.OTHER || !task.spec.atMostOnce()) {
        throw new Violation(
            Invariant.ONE_LEASE, task.id, "it holds a lease that nobody was granted");
      }
      // It is not sent before it is durable.
      lease(task, id);
      return;
    }
    boolean mine =
        lease.task == task
            && lease.generation == task.generation
            && lease.worker == step.peer
            && step.welcomed
            && lease.heldStep == step.number;
    boolean lost = lease == task.last && lease.status == Status.LOST;
    boolean unrecorded =
        lease.status == Status.ORPHANED
            && id >>> 41 < books.epoch
            && (task.last == null || id > task.last.id);
    if (!mine || !lost && !unrecorded) {
      throw new Violation(
          Invariant.ONE_LEASE, task.id, "a lease goes on that had ended by " + lease.status);
    }
    books.note(Journal.Event.LEASE_ADOPTED, task.id, lease.id, lease.worker);
    if (unrecorded) {
      LeaseRecord last = task.last;
      if (last != null && last.status == Status.LOST && neverArrived(last)) {
        neverArrives(last);
      }
      adoptedBefore(task, lease);
      task.attempts++;
    } else {
      comesBack(lease);
    }
    live(lease);
  }

  private static void comesBack(LeaseRecord lease) {
    if (lease.counted) {
      lease.task.losses--;
      lease.counted = false;
    }
  }

  /** The worker may have told of older leases of the task first: each was taken for the last. */
  private void adoptedBefore(TaskRecord task, LeaseRecord newest) {
    long top = task.last == null ? 0 : task.last.id;
    for (LeaseRecord lease : step.held) {
      if (lease == newest) {
        return;
      }
      boolean lost = lease == task.last && lease.status == Status.LOST;
      boolean unrecorded = lease.status == Status.ORPHANED && lease.id > top;
      if (lease.task == task && lease.generation == task.generation && (lost || unrecorded)) {
        task.attempts += unrecorded ? 1 : 0;
        comesBack(lease);
        lease.status = Status.SUPERSEDED;
        books.haunt(lease);
        top = lease.id;
      }
    }
  }

  /** A lease that lived before this step does not any more: why? */
  private void ended(LeaseRecord lease, long next, int failures, int losses) {
    TaskRecord task = lease.task;
    boolean itsWorker = lease.worker == step.peer || !lease.sent;
    if (lease.outcomeStep == step.number && itsWorker) {
      lease.status = Status.OUTCOME;
      ErrorKind kind = lease.error == null ? null : lease.error.kind();
      task.failures += kind == null || kind == ErrorKind.REJECTED ? 0 : 1;
      if (kind == ErrorKind.TIMEOUT) {
        books.haunt(lease);
      }
    } else if (lease.releaseStep == step.number && itsWorker) {
      lease.status = Status.GIVEN_BACK;
    } else if (step.kind == Kind.BYE && itsWorker) {
      lease.status = Status.LEFT;
    } else if (step.welcomed && itsWorker && lease.heldStep != step.number) {
      lease.status = Status.NEVER_ARRIVED;
    } else if (step.welcomed && next > lease.id && lease.id >>> 41 < books.epoch) {
      lease.status = Status.SUPERSEDED;
      books.haunt(lease);
    } else if (step.kind == Kind.ORDER && task.cancelled) {
      lease.status = Status.CANCELLED;
      books.haunt(lease);
    } else if (step.kind == Kind.TICK
        && failures > task.failures
        && lease.sent
        && books.now() >= deadline(lease)) {
      lease.status = Status.TIMED_OUT;
      task.failures++;
      books.haunt(lease);
    } else if (losses > task.losses
        && (!lease.sent || workers.gone(books.peers.get(lease.worker)))) {
      lease.status = Status.LOST;
      lease.counted = true;
      task.losses++;
    } else if (!lease.sent
        && (step.kind == Kind.TICK || step.kind == Kind.MEMBER_LEFT || step.kind == Kind.BYE)) {
      // Its worker has gone, and was never told.
      lease.status = Status.NEVER_ARRIVED;
    } else if (step.kind == Kind.TICK && task.spec.terms().expiresIn() != 0) {
      lease.status = Status.EXPIRED;
      books.haunt(lease);
    } else {
      throw new Violation(Invariant.ONE_LEASE, task.id, "its lease ends for no reason");
    }
    task.lease = null;
    books.types.get(task.spec.type()).running--;
    books.note(Journal.Event.LEASE_ENDED, task.id, lease.id, lease.status.ordinal());
  }
}
