package dev.errand.dispatcher.core;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Release;
import dev.errand.protocol.frame.WorkerHello;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How leases begin and end: by an outcome, by being given back, by the dispatcher's own deadline,
 * by the loss of the worker. An outcome counts if its lease is current, or if it ended by its
 * worker's loss and the task has no newer one. Owner: the core's thread.
 */
final class Leases {

  /** A task that has lost so many workers is what they died of. */
  private static final int MOST_LOSSES = 3;

  private final CoreSettings settings;
  private final TimingWheel wheel;
  private final Tasks tasks;
  private final Turns turns;
  private final Long2ObjectOpenHashMap<Lease> lost = new Long2ObjectOpenHashMap<>();
  private long lastId;

  Leases(CoreSettings settings, TimingWheel wheel, Tasks tasks, Turns turns) {
    this.settings = settings;
    this.wheel = wheel;
    this.tasks = tasks;
    this.turns = turns;
    this.lastId = Lease.firstId(settings.epoch());
  }

  /** Leases a queued task to a worker that has a credit for it. */
  void grant(LiveTask task, TypeQueue.Offering offering, Now now) {
    forgetLost(task);
    WorkerPeer worker = offering.worker();
    TaskSpec spec = task.spec;
    long timeout =
        spec.timeout() != 0
            ? spec.timeout()
            : offering.offer().timeoutMillis() != 0
                ? offering.offer().timeoutMillis()
                : settings.defaults().timeout();
    Lease lease = new Lease(++lastId, task, worker, timeout, this);
    task.attempt++;
    tasks.leased(task, lease, now);
    hold(lease, now);
    worker.granted(offering.offer().pool());
    Grant.write(
        worker.sending.batch(FrameKind.GRANT),
        lease.id,
        spec.id(),
        task.attempt,
        spec.type(),
        timeout,
        spec.payload());
    turns.touch(worker);
  }

  private void hold(Lease lease, Now now) {
    lease.worker.leases.put(lease.id, lease);
    if (lease.task.isSuspect()) {
      lease.worker.alone = lease;
    }
    long most = lease.timeout + settings.timings().grace();
    lease.dueNanos = now.nanos() + most * 1_000_000;
    wheel.set(lease, lease.dueNanos);
  }

  /** The dispatcher stood still: outcomes that came in that time have not been read yet. */
  void pardon(WorkerPeer worker, long nanos) {
    for (Lease lease : worker.leases.values()) {
      lease.dueNanos += nanos;
      wheel.set(lease, lease.dueNanos);
    }
  }

  /** An attempt came to something. */
  void outcome(WorkerPeer worker, Outcome outcome, Now now) {
    Lease lease = worker.leases.get(outcome.lease());
    if (lease == null) {
      lease = readopt(worker, outcome.lease(), now);
    }
    if (lease == null || lease.task.spec.id() != outcome.task()) {
      return;
    }
    close(lease);
    if (outcome.error() == null) {
      tasks.end(lease.task, TaskState.SUCCEEDED, outcome.result(), null, now);
    } else if (outcome.error().kind() == ErrorKind.REJECTED) {
      tasks.end(lease.task, TaskState.FAILED, null, outcome.error(), now);
    } else {
      tasks.attemptFailed(lease.task, outcome.error(), now);
    }
  }

  /** A worker gives a lease back. */
  void release(WorkerPeer worker, Release release, Now now) {
    Lease lease = worker.leases.get(release.lease());
    if (lease == null) {
      return;
    }
    close(lease);
    if (release.started()) {
      startedInVain(lease, "worker '" + worker.name + "' gave it back: " + release.reason(), now);
    } else {
      tasks.returned(lease.task);
    }
  }

  /** The dispatcher's own deadline: the worker has not even reported a timeout. */
  void overdue(Lease lease, Now now) {
    close(lease);
    new Cancel(lease.id, CancelReason.TIMEOUT).write(lease.worker.sending.batch(FrameKind.CANCEL));
    turns.touch(lease.worker);
    tasks.attemptFailed(
        lease.task,
        new TaskError(
            ErrorKind.TIMEOUT,
            "no outcome from worker '" + lease.worker.name + "' within " + lease.timeout + " ms"),
        now);
  }

  /** The worker has left in order; what it did not give back goes on elsewhere. */
  void left(WorkerPeer worker, Now now) {
    for (Lease lease : newestFirst(worker)) {
      close(lease);
      startedInVain(lease, "worker '" + worker.name + "' left", now);
    }
  }

  /** The worker is lost, and with it what ran there; perhaps it was lost by that. */
  void lost(WorkerPeer worker, String how, Now now) {
    for (Lease lease : newestFirst(worker)) {
      close(lease);
      lease.counted = true;
      lease.task.losses++;
      String what = "worker '" + worker.name + "' " + how;
      if (lease.task.losses < MOST_LOSSES) {
        startedInVain(lease, what, now);
      } else {
        poison(lease.task, what, now);
      }
    }
  }

  private void poison(LiveTask task, String how, Now now) {
    String all = MOST_LOSSES + " workers were lost while it ran, the last one alone with it: ";
    tasks.end(task, TaskState.FAILED, null, new TaskError(ErrorKind.POISON, all + how), now);
  }

  /** Each goes to the head of its queue: the oldest must be the last to go there. */
  private static List<Lease> newestFirst(WorkerPeer worker) {
    List<Lease> all = new ArrayList<>(worker.leases.values());
    all.sort(Comparator.comparingLong((Lease lease) -> lease.task.spec.id()).reversed());
    return all;
  }

  private void startedInVain(Lease lease, String how, Now now) {
    LiveTask task = lease.task;
    if (task.spec.maxAttempts() == 1) {
      TaskError error =
          new TaskError(ErrorKind.WORKER_LOST, how + "; the task may run at most once");
      tasks.end(task, TaskState.FAILED, null, error, now);
      return;
    }
    tasks.returned(task);
    task.lease = lease;
    lost.put(lease.id, lease);
  }

  /**
   * The same incarnation says hello again, in a new session: what it still holds goes on, what it
   * never got waits again, what others have by now is cancelled there.
   *
   * @param before what the dispatcher knew of it; null if it was lost
   */
  void claim(WorkerPeer before, WorkerPeer worker, WorkerHello hello, Now now) {
    Set<Long> held = new HashSet<>();
    hello.held().forEach(each -> held.add(each.lease()));
    List<Lease> leases = before == null ? List.of() : newestFirst(before);
    for (Lease lease : leases) {
      close(lease);
      tasks.returned(lease.task);
      if (held.contains(lease.id)) {
        lease.task.lease = lease;
        lost.put(lease.id, lease);
      }
    }
    for (long id : held) {
      if (readopt(worker, id, now) == null) {
        new Cancel(id, CancelReason.LOST).write(worker.sending.batch(FrameKind.CANCEL));
        turns.touch(worker);
      }
    }
  }

  /** A lease that ended by its worker's loss goes on, if its task has no newer one. */
  private Lease readopt(WorkerPeer worker, long id, Now now) {
    Lease before = lost.get(id);
    if (before == null || before.worker.session.peer() != worker.session.peer()) {
      return null;
    }
    lost.remove(id);
    Lease lease = new Lease(id, before.task, worker, before.timeout, this);
    tasks.adopted(before.task, lease);
    if (before.counted) {
      // The worker lives: it was not lost.
      before.task.losses--;
    }
    hold(lease, now);
    return lease;
  }

  private void close(Lease lease) {
    lease.cancel();
    lease.worker.leases.remove(lease.id);
    if (lease.worker.alone == lease) {
      lease.worker.alone = null;
    }
    lease.task.lease = null;
  }

  private void forgetLost(LiveTask task) {
    if (task.lease != null) {
      lost.remove(task.lease.id);
      task.lease = null;
    }
  }
}
