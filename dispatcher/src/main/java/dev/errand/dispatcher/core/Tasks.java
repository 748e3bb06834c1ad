package dev.errand.dispatcher.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Millis;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.CancelReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The tasks that have not ended, and how they move from place to place. Every move of every task is
 * in this class. Owner: the core's thread.
 */
final class Tasks {

  /** The longest pause between attempts. */
  private static final long MAX_BACKOFF_MILLIS = 5 * 60_000;

  /** What a waiting task takes in memory beside its payload; a rounded-up estimate. */
  static final int OVERHEAD_BYTES = 256;

  private static final long MILLI = 1_000_000L;

  private final TimingWheel wheel;
  private final RandomGenerator random;
  private final Turns turns;
  private final TaskTable live = new TaskTable();
  private final TaskTypes types = new TaskTypes(this);
  private final Ledger.Book book = new Ledger.Book();
  private final Batches batches = new Batches();
  private final Keys keys = new Keys();
  private Leases leases;
  private final Backlogs backlogs;
  private long bytes;
  private long bytesInMemory;
  private long ended;

  Tasks(CoreSettings.Window window, TimingWheel wheel, RandomGenerator random, Turns turns) {
    this.backlogs = new Backlogs(window);
    this.wheel = wheel;
    this.random = random;
    this.turns = turns;
  }

  /** Whoever ends leases for it: the two need each other. */
  void join(Leases own) {
    leases = own;
  }

  Ledger ledger() {
    return book.read();
  }

  TaskTypes types() {
    return types;
  }

  Batches batches() {
    return batches;
  }

  Keys keys() {
    return keys;
  }

  /** Tasks that have not ended. */
  long count() {
    return live.size() + backlogs.count();
  }

  /** What they take. */
  long bytes() {
    return bytes;
  }

  /** What those that are in memory take. */
  long bytesInMemory() {
    return bytesInMemory;
  }

  Backlogs backlogs() {
    return backlogs;
  }

  /** Tasks that have ended since the start. */
  long ended() {
    return ended;
  }

  /** Shows all that are in memory; none may end meanwhile. */
  void forEach(Consumer<LiveTask> reader) {
    live.forEach(reader);
  }

  /** The task, if it is in memory; its submission need not be durable. Else null. */
  LiveTask get(long id) {
    return live.get(id);
  }

  /** The task, if it is in memory and its submission is durable; else null. */
  LiveTask find(long id) {
    LiveTask task = live.get(id);
    return task == null || task.place == LiveTask.Place.SUBMITTED ? null : task;
  }

  /** Takes a task in; it is seen and queued when that is durable. */
  LiveTask submit(TaskSpec spec, Now now) {
    LiveTask task = add(spec);
    begin(task, now);
    keys.add(spec);
    batches.add(spec.id(), spec.batch());
    record(task, task.state == TaskState.SCHEDULED ? now.wallMillis() + delay(task) : 0);
    turns.changes().hurry();
    turns.submitted(task);
    return task;
  }

  private LiveTask add(TaskSpec spec) {
    TaskQueue queue = types.get(spec.type()).queue(spec.terms().require());
    queue.live++;
    bytes += size(spec);
    return bring(spec, queue);
  }

  private LiveTask bring(TaskSpec spec, TaskQueue queue) {
    LiveTask task = new LiveTask(spec, queue);
    live.add(task);
    bytesInMemory += size(spec);
    return task;
  }

  private static int size(TaskSpec spec) {
    return spec.payload().length() + OVERHEAD_BYTES;
  }

  /** A generation begins. */
  private static void begin(LiveTask task, Now now) {
    long delay = delay(task);
    task.state = delay == 0 ? TaskState.QUEUED : TaskState.SCHEDULED;
    task.wakeNanos = now.nanos() + delay * MILLI;
    task.readyNanos = task.wakeNanos;
    if (task.spec.terms().expiresIn() != 0) {
      task.expiryNanos = now.nanos() + task.spec.terms().expiresIn() * MILLI;
    }
  }

  /** Whoever tries a task again does not want to wait. */
  private static long delay(LiveTask task) {
    return task.tries.generation() == 1 ? task.spec.terms().delay() : 0;
  }

  /** Its submission, or its retry, is durable. */
  void submitted(LiveTask task) {
    if (task.tries.generation() == 1) {
      book.submitted(task.state);
      batches.submitted(task);
    } else {
      moved(task, TaskState.QUEUED);
    }
    if (task.state == TaskState.SCHEDULED) {
      task.place = LiveTask.Place.DELAYED;
    } else if (task.isUntried() && !hasRoom(task)) {
      putAside(task);
      return;
    } else {
      task.queue.addLast(task);
    }
    arm(task);
  }

  private boolean hasRoom(LiveTask task) {
    return backlogs.hasRoom(task.queue.backlog(task.spec.terms().priority()), bytesInMemory);
  }

  /** It waits where only the store has it. */
  private void putAside(LiveTask task) {
    live.remove(task);
    bytesInMemory -= size(task.spec);
    backlogs.add(task.queue.backlog(task.spec.terms().priority()), task.spec.id());
    List<ClientPeer> watchers = task.watchers();
    if (!watchers.isEmpty()) {
      backlogs.watch(task.spec.id(), watchers);
    }
  }

  /** One of that line in memory waits no more. */
  void left(Backlog backlog) {
    backlogs.look(backlog, bytesInMemory);
  }

  /** The store has found the next tasks of a line. */
  void loaded(Backlog backlog, List<StoredTask> next, Now now) {
    backlog.loading = false;
    for (StoredTask each : next) {
      backlog.loadedUpTo = each.spec().id();
      // Whoever was cancelled meanwhile is there already.
      if (live.get(each.spec().id()) == null) {
        fetch(each, now).queue.addLast(live.get(each.spec().id()));
      }
    }
    backlogs.look(backlog, bytesInMemory);
  }

  /** A task comes into memory of which only the store knew; it is in no place yet. */
  LiveTask fetch(StoredTask stored, Now now) {
    TaskSpec spec = stored.spec();
    TaskQueue queue = types.get(spec.type()).queue(spec.terms().require());
    backlogs.remove(queue.backlog(spec.terms().priority()));
    LiveTask task = bring(spec, queue);
    restore(task, stored);
    task.readyNanos = Math.min(nanos(stored.opened(), now), now.nanos());
    task.wakeNanos = task.readyNanos;
    backlogs.watchers(spec.id()).forEach(client -> watch(task, client));
    return task;
  }

  /** When that was, or will be, by the monotonic clock. */
  private static long nanos(long wallMillis, Now now) {
    return now.nanos() + (wallMillis - now.wallMillis()) * MILLI;
  }

  /** A task as seen from outside of which only the store knows. */
  Task view(StoredTask stored, Now now) {
    TaskType type = types.find(stored.spec().type());
    TaskQueue queue = type == null ? null : type.find(stored.spec().terms().require());
    if (queue == null) {
      return stored.view();
    }
    LiveTask task = new LiveTask(stored.spec(), queue);
    restore(task, stored);
    task.place = LiveTask.Place.QUEUED;
    return Views.task(task, now);
  }

  /** Sets its timer to what comes first, if anything does. */
  private void arm(LiveTask task) {
    long due = task.isScheduled() ? Math.min(task.wakeNanos, task.expiryNanos) : task.expiryNanos;
    if (due == Long.MAX_VALUE) {
      task.cancel();
    } else {
      wheel.set(task, due);
    }
  }

  /** Its timer has fired. */
  void due(LiveTask task, Now now) {
    if (task.isExpired(now)) {
      expire(task, now);
    } else if (task.isScheduled()) {
      wake(task);
    }
  }

  /** Its delay or backoff is over. */
  void wake(LiveTask task) {
    boolean delayed = task.place == LiveTask.Place.DELAYED;
    moved(task, TaskState.QUEUED);
    if (leases.mayRunStill(task)) {
      holdBack(task);
    } else if (delayed) {
      task.queue.addLast(task);
    } else {
      task.queue.addFirst(task);
    }
    arm(task);
  }

  private void expire(LiveTask task, Now now) {
    TaskError error =
        new TaskError(
            ErrorKind.EXPIRED,
            "it had not ended when its expiresIn of "
                + Millis.text(task.spec.terms().expiresIn())
                + " was over");
    leases.abandon(task, CancelReason.TIMEOUT);
    note(task, HistoryEntry.Event.EXPIRED, error.message(), now, isLeased(task));
    end(task, TaskState.FAILED, null, error, now);
  }

  /** Nobody wants it any more. */
  void cancel(LiveTask task, Now now) {
    leases.abandon(task, CancelReason.CANCELLED);
    note(task, HistoryEntry.Event.CANCELLED, "", now, isLeased(task));
    end(task, TaskState.CANCELLED, null, null, now);
  }

  /** A queued task got a lease. */
  void leased(LiveTask task, Lease lease, StoredTask.LastLease last, Now now) {
    leave(task);
    task.place = LiveTask.Place.LEASED;
    LiveTask.Past past = task.write();
    past.lease = lease;
    past.last = last;
    past.progress = null;
    task.queue.type.running++;
    moved(task, TaskState.RUNNING);
    record(task, 0);
    arm(task);
  }

  /** A leased task waits again, without having failed. */
  void returned(LiveTask task, HistoryEntry.Event event, String reason, Now now) {
    note(task, event, reason, now, true);
    leave(task);
    task.wakeNanos = now.nanos();
    task.queue.addFirst(task);
    moved(task, TaskState.QUEUED);
    LiveTask.Past past = task.write();
    past.last = open(past.last, event == HistoryEntry.Event.LOST);
    record(task, 0);
  }

  private static StoredTask.LastLease open(StoredTask.LastLease last, boolean open) {
    return last.open() == open
        ? last
        : new StoredTask.LastLease(
            last.id(), last.owner(), last.worker(), last.started(), last.timeout(), open);
  }

  /** A leased task's attempt failed: another follows after a pause, or this was the last. */
  void attemptFailed(LiveTask task, TaskError error, Now now) {
    task.tries = task.tries.failed();
    note(
        task,
        error.kind() == ErrorKind.TIMEOUT
            ? HistoryEntry.Event.TIMED_OUT
            : HistoryEntry.Event.FAILED,
        error.message(),
        now,
        true);
    if (task.tries.failures() >= task.spec.terms().maxAttempts()) {
      end(task, TaskState.FAILED, null, error, now);
      return;
    }
    leave(task);
    task.write().error = error;
    task.place = LiveTask.Place.BACKOFF;
    moved(task, TaskState.SCHEDULED);
    long pause = pause(task);
    task.wakeNanos = now.nanos() + pause * MILLI;
    LiveTask.Past past = task.write();
    past.last = open(past.last, false);
    record(task, now.wallMillis() + pause);
    arm(task);
  }

  /**
   * Exponential backoff with full jitter (M. Brooker, Exponential Backoff And Jitter, AWS
   * Architecture Blog, 2015), in milliseconds.
   */
  private long pause(LiveTask task) {
    long backoff = task.spec.terms().backoff();
    int doublings = Math.min(task.tries.failures() - 1, 30);
    long ceiling = Math.min(Math.max(MAX_BACKOFF_MILLIS, backoff), backoff << doublings);
    return random.nextLong(ceiling + 1);
  }

  /** An attempt has succeeded. */
  void succeed(LiveTask task, Bytes result, Now now) {
    note(task, HistoryEntry.Event.SUCCEEDED, "", now, true);
    end(task, TaskState.SUCCEEDED, result, null, now);
  }

  /** No attempt follows. */
  void fail(LiveTask task, HistoryEntry.Event event, TaskError error, Now now) {
    note(task, event, error.message(), now, true);
    end(task, TaskState.FAILED, null, error, now);
  }

  /** It is seen so when that is durable. */
  private void end(LiveTask task, TaskState state, Bytes result, TaskError error, Now now) {
    leave(task);
    task.cancel();
    task.place = LiveTask.Place.ENDING;
    StoredTask stored =
        new StoredTask(
            task.spec,
            state,
            task.opened,
            task.tries,
            task.past().last,
            result,
            error,
            now.wallMillis(),
            task.past().history);
    turns.changes().add(stored);
    turns.changes().hurry();
    turns.ended(task);
    ended++;
  }

  private void record(LiveTask task, long due) {
    turns.changes().add(stored(task, due));
  }

  /** As it is at this moment, but without the time for which it may wait. */
  static StoredTask stored(LiveTask task) {
    return stored(task, 0);
  }

  private static StoredTask stored(LiveTask task, long due) {
    return new StoredTask(
        task.spec,
        task.state,
        task.opened,
        task.tries,
        task.past().last,
        null,
        task.past().error,
        due,
        task.past().history);
  }

  private static boolean isLeased(LiveTask task) {
    return task.place == LiveTask.Place.LEASED;
  }

  /** What happened to its last attempt, or to its wait. */
  private static void note(
      LiveTask task, HistoryEntry.Event event, String reason, Now now, boolean ofAttempt) {
    if (ofAttempt) {
      StoredTask.LastLease last = task.past().last;
      task.add(
          event, task.tries.attempts(), last.worker(), last.started(), now.wallMillis(), reason);
    } else {
      task.add(event, 0, null, now.wallMillis(), now.wallMillis(), reason);
    }
  }

  /**
   * A waiting task is running after all: the worker that was lost came back with it.
   *
   * @param counted whether its loss was counted
   */
  void adopted(LiveTask task, Lease lease, StoredTask.LastLease last, boolean counted) {
    leave(task);
    if (counted) {
      // The worker lives: it was not lost.
      task.tries = task.tries.notLost();
    }
    task.place = LiveTask.Place.LEASED;
    LiveTask.Past past = task.write();
    past.lease = lease;
    past.last = last;
    task.queue.type.running++;
    moved(task, TaskState.RUNNING);
    record(task, 0);
    arm(task);
  }

  /** A lease that was lost turns out not to have reached its worker. */
  void neverBegan(LiveTask task, boolean counted, Now now) {
    if (task.place != LiveTask.Place.RECOVERING) {
      leave(task);
    }
    if (counted) {
      task.tries = task.tries.notLost();
    } else {
      note(task, HistoryEntry.Event.RELEASED, "its worker never got it", now, true);
    }
    LiveTask.Past past = task.write();
    past.last = open(past.last, false);
    if (task.place != LiveTask.Place.RECOVERING) {
      task.queue.addFirst(task);
    }
    record(task, 0);
  }

  /** Out of the place where it is. */
  private void leave(LiveTask task) {
    switch (task.place) {
      case QUEUED -> task.queue.remove(task);
      case RECOVERING -> letGo(task);
      case LEASED -> {
        task.queue.type.running--;
        task.write().progress = null;
      }
      default -> {
        // Its place is its timer, which is set anew or cancelled.
      }
    }
  }

  private void moved(LiveTask task, TaskState to) {
    if (task.state == to) {
      return;
    }
    if (!task.state.mayBecome(to)) {
      throw new IllegalStateException(task.state + " does not become " + to);
    }
    book.moved(task.state, to);
    batches.moved(task.spec, task.state, to);
    task.state = to;
  }

  /** Its end is durable: whoever waits for it is told. */
  void ended(LiveTask task, StoredTask stored) {
    live.remove(task);
    moved(task, stored.state());
    if (batches.ended(stored.spec())) {
      turns.changes().endBatch(stored.spec().batch().batch());
    }
    bytes -= size(task.spec);
    bytesInMemory -= size(task.spec);
    task.queue.type.left(task.queue);
    if (task.watcher != null) {
      tell(task.watcher, stored);
    }
    if (task.moreWatchers != null) {
      task.moreWatchers.forEach(watcher -> tell(watcher, stored));
    }
  }

  private void tell(ClientPeer watcher, StoredTask stored) {
    if (!watcher.gone) {
      watcher.tell(stored);
      turns.touch(watcher);
    }
  }

  /** That client is told of the task's end. */
  static void watch(LiveTask task, ClientPeer watcher) {
    if (task.moreWatchers != null) {
      task.moreWatchers.removeIf(each -> each.gone || each == watcher);
    }
    if (task.watcher == null || task.watcher.gone) {
      task.watcher = watcher;
    } else if (task.watcher != watcher) {
      if (task.moreWatchers == null) {
        task.moreWatchers = new ArrayList<>(1);
      }
      task.moreWatchers.add(watcher);
    }
  }

  /** A task that has ended is tried again, from the beginning, as its next generation. */
  void retry(StoredTask stored, Now now) {
    LiveTask task = add(stored.spec());
    restore(task, stored);
    task.tries = task.tries.again();
    // Whoever still has it, recorded or not, has it of the generation before.
    task.write().last = StoredTask.LastLease.none(leases.newest());
    task.write().error = null;
    task.opened = now.wallMillis();
    begin(task, now);
    batches.revived(task.spec);
    task.add(HistoryEntry.Event.RETRIED, 0, null, now.wallMillis(), now.wallMillis(), "");
    record(task, 0);
    turns.changes().retry(stored);
    turns.changes().hurry();
    // Until that is durable, it counts as what it was.
    task.state = stored.state();
    turns.submitted(task);
  }

  private static void restore(LiveTask task, StoredTask stored) {
    task.tries = stored.tries();
    task.opened = stored.opened();
    task.state = stored.state();
    if (stored.lease() != null || stored.error() != null || stored.history() != null) {
      LiveTask.Past past = task.write();
      past.last = stored.lease();
      past.error = stored.error();
      past.history = stored.history();
    }
  }

  /**
   * A task of an earlier life of the dispatcher; what waits is not granted yet.
   *
   * @return null if it is not in memory
   */
  LiveTask recover(Kept kept, Now now) {
    if (kept.isKeyed()) {
      keys.add(kept.task().spec());
    }
    batches.add(kept.id(), kept.batch());
    batches.recovered(kept.batch(), kept.state());
    if (kept.state().terminal()) {
      book.submitted(kept.state());
      return null;
    }
    if (kept.isUntried() && !recoverToMemory(kept)) {
      return null;
    }
    StoredTask stored = kept.task();
    LiveTask task = add(stored.spec());
    restore(task, stored);
    task.wakeNanos = nanos(waitsSince(stored, now), now);
    if (task.state == TaskState.RUNNING) {
      // Nobody runs it who has not said so.
      task.state = TaskState.QUEUED;
      batches.moved(task.spec, TaskState.RUNNING, TaskState.QUEUED);
    }
    book.submitted(task.state);
    long age = Math.max(0, now.wallMillis() - task.opened);
    task.readyNanos = now.nanos() + (delay(task) - age) * MILLI;
    if (task.spec.terms().expiresIn() != 0) {
      task.expiryNanos = now.nanos() + (task.spec.terms().expiresIn() - age) * MILLI;
    }
    if (task.state == TaskState.SCHEDULED) {
      task.place = task.tries.attempts() == 0 ? LiveTask.Place.DELAYED : LiveTask.Place.BACKOFF;
    } else {
      holdBack(task);
    }
    arm(task);
    return task;
  }

  /** What ran is not known to wait before now; milliseconds since 1970. */
  private static long waitsSince(StoredTask stored, Now now) {
    return switch (stored.state()) {
      case SCHEDULED -> stored.due();
      case RUNNING -> now.wallMillis();
      default -> stored.history() == null ? stored.opened() : stored.history().to();
    };
  }

  /** Whether it is one of the first of its line; else it is counted, and stays where it is. */
  private boolean recoverToMemory(Kept kept) {
    TaskQueue queue = types.get(kept.type()).queue(kept.terms().require());
    Backlog backlog = queue.backlog(kept.terms().priority());
    if (backlogs.hasRoom(backlog, bytesInMemory)) {
      backlog.recovered++;
      return true;
    }
    backlogs.add(backlog, kept.id());
    queue.live++;
    bytes += kept.payloadBytes() + OVERHEAD_BYTES;
    book.submitted(TaskState.QUEUED);
    return false;
  }

  /** A worker may still have it. */
  private void holdBack(LiveTask task) {
    task.place = LiveTask.Place.RECOVERING;
    task.queue.type.recovering.addLast(task);
  }

  private void letGo(LiveTask task) {
    task.queue.type.recovering.remove(task);
  }

  /** No worker has it: it waits like any other. */
  void recovered(LiveTask task) {
    letGo(task);
    task.queue.addFirst(task);
  }

  /** Tasks that ended in an earlier life and are not kept any more. */
  void forgotten(Ledger counts) {
    book.add(counts);
  }

  /** The store keeps it no more; false: it was tried again meanwhile, and nothing is forgotten. */
  boolean forgotten(StoredTask stored) {
    LiveTask task = live.get(stored.spec().id());
    if (task != null && task.place != LiveTask.Place.ENDING) {
      return false;
    }
    keys.remove(stored.spec());
    batches.forgotten(stored.spec());
    return true;
  }
}
