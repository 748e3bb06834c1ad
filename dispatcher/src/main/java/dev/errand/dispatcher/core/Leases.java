package dev.errand.dispatcher.core;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Millis;
import dev.errand.protocol.Progress;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Release;
import dev.errand.protocol.frame.WorkerHello;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import java.util.Comparator;
import java.util.List;

/**
 * How leases begin and end: by an outcome, by being given back, by a deadline, by the loss of the
 * worker, by a cancellation. An outcome counts if its lease is current, or if it ended by its
 * worker's loss and the task has no newer one. A lease that ended before its handler did is a
 * zombie: it keeps its slot and its share of the type's limit until the worker says that the
 * handler has ended, or is lost. Owner: the core's thread.
 */
final class Leases {

  /** A task that has lost so many workers is what they died of. */
  private static final int MOST_LOSSES = 3;

  private final CoreSettings settings;
  private final TimingWheel wheel;
  private final Tasks tasks;
  private final Turns turns;

  /** What workers hold. */
  private final LeaseTable held = new LeaseTable();

  /** Leases without a worker, each the last one of a task that waits; by id. */
  private final Long2ObjectOpenHashMap<Lease> lost = new Long2ObjectOpenHashMap<>();

  private long lastId;

  /** Whether workers may still come with what the dispatcher granted in an earlier life. */
  private boolean recovering;

  Leases(CoreSettings settings, TimingWheel wheel, Tasks tasks, Turns turns) {
    this.settings = settings;
    this.wheel = wheel;
    this.tasks = tasks;
    this.turns = turns;
    this.lastId = Lease.firstId(settings.epoch());
  }

  /** Id of the newest lease that there ever was, in this life or an earlier one. */
  long newest() {
    return lastId;
  }

  /** Leases a queued task to a worker that has a credit for it. */
  void grant(LiveTask task, Offering offering, Now now) {
    forgetLost(task);
    WorkerPeer worker = offering.worker;
    long timeout = timeout(task.spec, offering.offer.timeoutMillis());
    task.tries = task.tries.attempted();
    StoredTask.LastLease last =
        new StoredTask.LastLease(
            ++lastId, worker.session.peer(), worker.name, now.wallMillis(), timeout, true);
    Lease lease = new Lease(task, last, this);
    lease.pool = offering.offer.pool();
    boolean alone = task.isSuspect();
    tasks.leased(task, lease, last, now);
    held.add(lease, worker);
    if (alone) {
      worker.runAlone(lease);
    }
    worker.granted(lease.pool);
    offering.queue.offers.used(offering);
    if (task.spec.atMostOnce()) {
      // A crash must not make it forget that the attempt may have begun.
      turns.changes().hurry();
      turns.granted(lease);
    } else {
      send(lease, now);
    }
  }

  private long timeout(TaskSpec spec, long ofHandler) {
    if (spec.terms().timeout() != 0) {
      return spec.terms().timeout();
    }
    return ofHandler != 0 ? ofHandler : settings.defaults().timeout();
  }

  /** The record of its grant is durable. */
  void granted(Lease lease, Now now) {
    if (lease.worker == null) {
      return;
    }
    if (held.get(lease.worker, lease.id()) == lease && !lease.zombie) {
      send(lease, now);
    } else {
      lease.worker.ungranted(lease.pool);
    }
  }

  private void send(Lease lease, Now now) {
    lease.sent = true;
    startClock(lease, now);
    TaskSpec spec = lease.task.spec;
    Grant.write(
        lease.worker.sending.batch(FrameKind.GRANT),
        lease.id(),
        spec.id(),
        lease.attempt,
        spec.type(),
        lease.timeout(),
        spec.payload());
    turns.touch(lease.worker);
  }

  private void startClock(Lease lease, Now now) {
    lease.dueNanos = now.nanos() + (lease.timeout() + settings.timings().grace()) * 1_000_000;
    wheel.set(lease, lease.dueNanos);
  }

  /** The dispatcher stood still: outcomes that came in that time have not been read yet. */
  void pardon(WorkerPeer worker, long nanos) {
    for (Lease lease : worker.leases.all()) {
      if (lease.set()) {
        lease.dueNanos += nanos;
        wheel.set(lease, lease.dueNanos);
      }
    }
  }

  /** A running attempt says how far it is. */
  void progress(WorkerPeer worker, long id, Progress progress) {
    Lease lease = held.get(worker, id);
    if (lease != null && !lease.zombie) {
      lease.task.write().progress = progress;
    }
  }

  /** An attempt came to something. */
  void outcome(WorkerPeer worker, Outcome outcome, Now now) {
    Lease lease = held.get(worker, outcome.lease());
    if (lease == null || lease.task.spec.id() != outcome.task()) {
      return;
    }
    TaskError error = outcome.error();
    boolean overstays = error != null && error.kind() == ErrorKind.TIMEOUT;
    if (lease.zombie) {
      // It ended before its worker was told that nobody wants it: no release follows.
      if (!overstays) {
        close(lease);
      }
      return;
    }
    if (overstays) {
      haunt(lease);
    } else {
      close(lease);
    }
    if (error == null) {
      tasks.succeed(lease.task, outcome.result(), now);
    } else if (error.kind() == ErrorKind.REJECTED) {
      tasks.fail(lease.task, HistoryEntry.Event.FAILED, error, now);
    } else {
      tasks.attemptFailed(lease.task, error, now);
    }
  }

  /** A worker gives a lease back, or says that the handler of one that ended has ended too. */
  void release(WorkerPeer worker, Release release, Now now) {
    Lease lease = held.get(worker, release.lease());
    if (lease == null) {
      return;
    }
    close(lease);
    if (lease.zombie) {
      return;
    }
    if (release.started()) {
      interrupted(lease, "worker '" + worker.name + "' gave it back: " + release.reason(), now);
    } else {
      worker.gaveBack(lease.pool);
      tasks.returned(lease.task, HistoryEntry.Event.RELEASED, release.reason(), now);
    }
  }

  /** It may have begun, and goes on elsewhere if it may. */
  private void interrupted(Lease lease, String how, Now now) {
    if (lease.task.spec.atMostOnce()) {
      tasks.fail(lease.task, HistoryEntry.Event.RELEASED, mayNotRepeat(how), now);
    } else {
      tasks.returned(lease.task, HistoryEntry.Event.RELEASED, how, now);
    }
  }

  private static TaskError mayNotRepeat(String how) {
    return new TaskError(ErrorKind.WORKER_LOST, how + "; the task may run at most once");
  }

  /** The dispatcher's own deadline: the worker has not even reported a timeout. */
  void overdue(Lease lease, Now now) {
    String message =
        "no outcome from worker '" + lease.worker.name + "' within " + Millis.text(lease.timeout());
    cancel(lease, CancelReason.TIMEOUT);
    tasks.attemptFailed(lease.task, new TaskError(ErrorKind.TIMEOUT, message), now);
  }

  /** Whatever the task's lease comes to is of no interest any more. */
  void abandon(LiveTask task, CancelReason reason) {
    if (task.place == LiveTask.Place.LEASED) {
      cancel(task.past().lease, reason);
    } else {
      forgetLost(task);
    }
  }

  private void cancel(Lease lease, CancelReason reason) {
    if (!lease.sent) {
      close(lease);
      return;
    }
    haunt(lease);
    lease.cancelled = reason;
    tellCancelled(lease);
  }

  private void tellCancelled(Lease lease) {
    new Cancel(lease.id(), lease.cancelled).write(lease.worker.sending.batch(FrameKind.CANCEL));
    turns.touch(lease.worker);
  }

  /** It ends, and its handler may go on. */
  private static void haunt(Lease lease) {
    lease.cancel();
    if (lease.worker.alone() == lease) {
      // Nobody knows when it ends: the others do not wait for that.
      lease.worker.runAlone(null);
    }
    lease.zombie = true;
    lease.worker.zombies++;
    lease.task.queue.type.zombies++;
    lease.task.write().lease = null;
  }

  /** It takes no slot any more. */
  private void close(Lease lease) {
    lease.cancel();
    WorkerPeer worker = lease.worker;
    held.remove(lease);
    if (worker.alone() == lease) {
      worker.runAlone(null);
    }
    TaskType type = lease.task.queue.type;
    if (lease.zombie) {
      worker.zombies--;
      type.zombies--;
      type.forgetIfIdle();
    } else {
      lease.task.write().lease = null;
    }
  }

  /** The worker has left in order; what it did not give back goes on elsewhere. */
  void left(WorkerPeer worker, Now now) {
    for (Lease lease : newestFirst(worker)) {
      close(lease);
      if (!lease.sent) {
        neverGot(lease, now);
      } else if (!lease.zombie) {
        interrupted(lease, "worker '" + worker.name + "' left", now);
      }
    }
  }

  /** The worker is lost, and with it what ran there; perhaps it was lost by that. */
  void lost(WorkerPeer worker, String how, Now now) {
    for (Lease lease : newestFirst(worker)) {
      close(lease);
      if (!lease.sent) {
        neverGot(lease, now);
      } else if (!lease.zombie) {
        lost(lease, "worker '" + worker.name + "' " + how, now);
      }
    }
  }

  private void lost(Lease lease, String how, Now now) {
    LiveTask task = lease.task;
    lease.worker = null;
    lease.counted = true;
    task.tries = task.tries.lost();
    if (task.spec.atMostOnce()) {
      tasks.fail(task, HistoryEntry.Event.LOST, mayNotRepeat(how), now);
    } else if (task.tries.losses() >= MOST_LOSSES) {
      String all = MOST_LOSSES + " workers were lost while it ran, the last one alone with it: ";
      tasks.fail(task, HistoryEntry.Event.LOST, new TaskError(ErrorKind.POISON, all + how), now);
    } else {
      tasks.returned(task, HistoryEntry.Event.LOST, how, now);
      remember(lease);
    }
  }

  /** Its worker may come back with it. */
  private void remember(Lease lease) {
    lease.task.write().lease = lease;
    lost.put(lease.id(), lease);
  }

  /** Each goes to the head of its queue: the oldest must be the last to go there. */
  private static List<Lease> newestFirst(WorkerPeer worker) {
    List<Lease> all = worker.leases.all();
    all.sort(Comparator.comparingLong((Lease lease) -> lease.task.spec.id()).reversed());
    return all;
  }

  /**
   * A worker says hello: what it still holds goes on, what it never got waits again, what others
   * have by now is cancelled there.
   *
   * @param before what the dispatcher knew of the same incarnation; null if nothing, or it was lost
   * @param stranger whether it was with another store since, and has forgotten this one's leases
   */
  void claim(WorkerPeer before, WorkerPeer worker, WorkerHello hello, boolean stranger, Now now) {
    LongSet told = new LongOpenHashSet();
    hello.held().forEach(each -> told.add(each.lease()));
    if (before != null) {
      newestFirst(before).forEach(lease -> goOn(lease, worker, told, now));
    }
    if (!stranger) {
      neverCame(worker.session.peer(), told, now);
    }
    for (WorkerHello.Held each : hello.held()) {
      if (held.get(worker, each.lease()) == null && !adopt(worker, hello, each, now)) {
        new Cancel(each.lease(), CancelReason.LOST).write(worker.sending.batch(FrameKind.CANCEL));
        turns.touch(worker);
      }
    }
  }

  /** A lease that the worker had in its last session. */
  private void goOn(Lease lease, WorkerPeer worker, LongSet told, Now now) {
    if (told.contains(lease.id())) {
      boolean alone = lease.worker.alone() == lease;
      held.move(lease, worker);
      if (alone) {
        worker.runAlone(lease);
      }
      if (lease.cancelled != null) {
        // It may not have heard of that in its last session.
        tellCancelled(lease);
      }
      return;
    }
    close(lease);
    if (!lease.zombie) {
      neverGot(lease, now);
    }
  }

  /** It cannot have begun. */
  private void neverGot(Lease lease, Now now) {
    String reason = "worker '" + lease.worker.name + "' never got it";
    tasks.returned(lease.task, HistoryEntry.Event.RELEASED, reason, now);
  }

  /** What was lost with that worker, and it does not know of, had not begun there. */
  private void neverCame(long owner, LongSet told, Now now) {
    if (lost.isEmpty()) {
      return;
    }
    List<Lease> never =
        lost.values().stream()
            .filter(lease -> lease.owner() == owner && !told.contains(lease.id()))
            .sorted(Comparator.comparingLong((Lease lease) -> lease.task.spec.id()).reversed())
            .toList();
    for (Lease lease : never) {
      forgetLost(lease.task);
      tasks.neverBegan(lease.task, lease.counted, now);
    }
  }

  /** Takes on a lease that has no worker. */
  private boolean adopt(WorkerPeer worker, WorkerHello hello, WorkerHello.Held claimed, Now now) {
    Lease lease = lost.get(claimed.lease());
    if (lease != null) {
      if (lease.owner() != worker.session.peer()) {
        return false;
      }
      forgetLost(lease.task);
      tasks.adopted(lease.task, lease, lease.task.past().last, lease.counted);
      lease.counted = false;
      goOn(lease, worker, now);
      return true;
    }
    LiveTask task = tasks.find(claimed.task());
    if (task == null || !mayHaveGranted(task, claimed.lease())) {
      return false;
    }
    // Only one of them can be the last that the dispatcher granted in that life.
    abandon(task, CancelReason.LOST);
    if (task.isScheduled()) {
      tasks.wake(task);
    }
    task.tries = task.tries.attempted();
    long ofHandler =
        hello.offers().stream()
            .filter(offer -> offer.type().equals(task.spec.type()))
            .mapToLong(Offer::timeoutMillis)
            .findFirst()
            .orElse(0);
    StoredTask.LastLease last =
        new StoredTask.LastLease(
            claimed.lease(),
            worker.session.peer(),
            worker.name,
            now.wallMillis(),
            timeout(task.spec, ofHandler),
            true);
    lease = new Lease(task, last, this);
    lease.sent = true;
    tasks.adopted(task, lease, last, false);
    goOn(lease, worker, now);
    return true;
  }

  private void goOn(Lease lease, WorkerPeer worker, Now now) {
    lease.pool = worker.pool(lease.task.spec.type());
    held.add(lease, worker);
    startClock(lease, now);
    if (lease.task.isSuspect()) {
      worker.runAlone(lease);
    }
  }

  /** Whether an earlier life may have granted that lease, and died before it was recorded. */
  private boolean mayHaveGranted(LiveTask task, long lease) {
    return isOfEarlierLife(task)
        && Lease.epoch(lease) < settings.epoch()
        && (task.past().last == null || task.past().last.id() < lease)
        && task.place != LiveTask.Place.ENDING;
  }

  /** Whether this life has not granted it yet. */
  private boolean isOfEarlierLife(LiveTask task) {
    return task.recovered
        && (task.past().last == null || Lease.epoch(task.past().last.id()) < settings.epoch());
  }

  /** Whether it should wait for a worker that may still have it. */
  boolean mayRunStill(LiveTask task) {
    return recovering && isOfEarlierLife(task);
  }

  /**
   * A task of an earlier life.
   *
   * @param ran whether it was running; else its open lease was lost before
   */
  void recover(LiveTask task, boolean ran) {
    recovering = true;
    task.recovered = true;
    StoredTask.LastLease last = task.past().last;
    if (last != null && last.open()) {
      Lease lease = new Lease(task, last, this);
      lease.sent = true;
      lease.counted = !ran;
      remember(lease);
    }
  }

  boolean isRecovering() {
    return recovering;
  }

  /** Workers had their time to say what they still run. */
  void endRecovery(Now now) {
    recovering = false;
    // Those that end here may be the last of their type.
    for (TaskType type : List.copyOf(tasks.types().all())) {
      endRecovery(type, now);
    }
  }

  /**
   * The newest first, as each goes to the head of its queue: also what was delayed and had to wait
   * behind all others meanwhile is where it belongs then.
   */
  private void endRecovery(TaskType type, Now now) {
    List<LiveTask> waiting = type.recovering.all();
    waiting.sort((one, other) -> Long.signum(other.readyNanos - one.readyNanos));
    for (LiveTask task : waiting) {
      Lease lease = task.past().lease;
      if (lease == null || lease.counted) {
        tasks.recovered(task);
      } else {
        forgetLost(task);
        lost(lease, "its worker did not come back when the dispatcher started again", now);
      }
    }
  }

  private void forgetLost(LiveTask task) {
    Lease lease = task.past().lease;
    if (lease != null) {
      lost.remove(lease.id());
      task.write().lease = null;
    }
  }
}
