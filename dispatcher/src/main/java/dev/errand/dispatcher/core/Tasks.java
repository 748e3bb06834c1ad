package dev.errand.dispatcher.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import dev.errand.protocol.WaitingFor;
import dev.errand.protocol.frame.Done;
import dev.errand.protocol.frame.Submit;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The tasks that have not ended, and how they move from place to place. Every move of every task is
 * in this class. Owner: the core's thread.
 */
final class Tasks {

  /** The longest pause between attempts. */
  private static final long MAX_BACKOFF_MILLIS = 5 * 60_000;

  private final CoreSettings settings;
  private final TimingWheel wheel;
  private final RandomGenerator random;
  private final Long2ObjectOpenHashMap<LiveTask> live = new Long2ObjectOpenHashMap<>();
  private final Map<String, TypeQueue> queues = new LinkedHashMap<>();
  private final ArrayDeque<TypeQueue> waiting = new ArrayDeque<>();
  private final Ledger.Book book = new Ledger.Book();
  private final Turns turns;
  private long lastId;

  Tasks(CoreSettings settings, TimingWheel wheel, RandomGenerator random, Turns turns) {
    this.settings = settings;
    this.wheel = wheel;
    this.random = random;
    this.turns = turns;
  }

  Ledger ledger() {
    return book.read();
  }

  /** Every type that was ever seen, in the order of their first sight. */
  Iterable<TypeQueue> queues() {
    return queues.values();
  }

  TypeQueue queue(String type) {
    return queues.computeIfAbsent(type, name -> new TypeQueue(name, waiting));
  }

  /** The types that have queued tasks, and perhaps some that had; the next in turn first. */
  ArrayDeque<TypeQueue> waiting() {
    return waiting;
  }

  /** The task, if it has not ended and its submission is durable; else null. */
  LiveTask find(long id) {
    LiveTask task = live.get(id);
    return task == null || task.place == LiveTask.Place.SUBMITTED ? null : task;
  }

  /** Takes a task in; it is seen and queued when that is durable. */
  LiveTask submit(Submit submit, Now now) {
    lastId = TaskId.next(lastId, now.wallMillis());
    CoreSettings.Defaults defaults = settings.defaults();
    TaskSpec spec =
        new TaskSpec(
            lastId,
            submit.type(),
            submit.payload(),
            submit.terms().timeout(),
            submit.terms().maxAttempts() == 0
                ? defaults.maxAttempts()
                : submit.terms().maxAttempts(),
            submit.terms().backoff() == 0 ? defaults.backoff() : submit.terms().backoff(),
            now.wallMillis());
    LiveTask task = new LiveTask(spec, queue(spec.type()));
    live.put(spec.id(), task);
    turns.changes().submitted().add(spec);
    return task;
  }

  /** Its submission is durable. */
  void submitted(LiveTask task) {
    book.submitted();
    task.queue.addLast(task);
  }

  /** A queued task got a lease. */
  void leased(LiveTask task, Lease lease, Now now) {
    task.queue.remove(task);
    task.place = LiveTask.Place.LEASED;
    task.lease = lease;
    task.worker = lease.worker.name;
    task.started = now.wallMillis();
    task.progress = null;
    task.queue.running++;
    book.moved(TaskState.QUEUED, TaskState.RUNNING);
  }

  /** A leased task waits again, without having failed. */
  void returned(LiveTask task) {
    leave(task);
    task.queue.addFirst(task);
    book.moved(TaskState.RUNNING, TaskState.QUEUED);
  }

  /** A leased task's attempt failed: another follows after a pause, or this was the last. */
  void attemptFailed(LiveTask task, TaskError error, Now now) {
    task.failures++;
    task.error = error;
    if (task.failures >= task.spec.maxAttempts()) {
      end(task, TaskState.FAILED, null, error, now);
      return;
    }
    leave(task);
    task.place = LiveTask.Place.BACKOFF;
    book.moved(TaskState.RUNNING, TaskState.SCHEDULED);
    long pause = pause(task);
    task.backoffUntil = now.nanos() + pause * 1_000_000;
    task.backoff =
        new Timer() {
          @Override
          void fire(Now at) {
            task.backoff = null;
            task.queue.addFirst(task);
            book.moved(TaskState.SCHEDULED, TaskState.QUEUED);
          }
        };
    wheel.set(task.backoff, task.backoffUntil);
  }

  /**
   * Exponential backoff with full jitter (M. Brooker, Exponential Backoff And Jitter, AWS
   * Architecture Blog, 2015), in milliseconds.
   */
  private long pause(LiveTask task) {
    int doublings = Math.min(task.failures - 1, 30);
    long most = Math.max(MAX_BACKOFF_MILLIS, task.spec.backoff());
    long ceiling = Math.min(most, task.spec.backoff() << doublings);
    return random.nextLong(ceiling + 1);
  }

  /** A leased task ended; it is seen so when that is durable. */
  void end(LiveTask task, TaskState state, Bytes result, TaskError error, Now now) {
    leave(task);
    task.place = LiveTask.Place.ENDING;
    turns
        .changes()
        .ended()
        .add(
            new EndedTask(
                task.spec,
                state,
                result,
                error,
                task.attempt,
                task.worker,
                task.started,
                now.wallMillis()));
  }

  /** A queued task is running after all: the worker that was lost came back with it. */
  void adopted(LiveTask task, Lease lease) {
    task.queue.remove(task);
    task.place = LiveTask.Place.LEASED;
    task.lease = lease;
    task.queue.running++;
    book.moved(TaskState.QUEUED, TaskState.RUNNING);
  }

  private void leave(LiveTask task) {
    task.queue.running--;
    task.progress = null;
  }

  /** Its end is durable: whoever waits for it is told. */
  void ended(EndedTask ended) {
    LiveTask task = live.remove(ended.spec().id());
    book.moved(TaskState.RUNNING, ended.state());
    if (task.watcher != null) {
      tell(task.watcher, ended);
    }
    if (task.moreWatchers != null) {
      task.moreWatchers.forEach(watcher -> tell(watcher, ended));
    }
  }

  private void tell(ClientPeer watcher, EndedTask ended) {
    watcher.tell(new Done(ended.spec().id(), ended.view()));
    turns.touch(watcher);
  }

  /** That client is told of the task's end. */
  static void watch(LiveTask task, ClientPeer watcher) {
    if (task.watcher == null) {
      task.watcher = watcher;
    } else if (task.watcher != watcher) {
      if (task.moreWatchers == null) {
        task.moreWatchers = new ArrayList<>(1);
      }
      if (!task.moreWatchers.contains(watcher)) {
        task.moreWatchers.add(watcher);
      }
    }
  }

  /** The task as seen from outside. */
  Task view(LiveTask task, Now now) {
    TaskState state =
        switch (task.place) {
          case SUBMITTED, QUEUED -> TaskState.QUEUED;
          case BACKOFF -> TaskState.SCHEDULED;
          case LEASED, ENDING -> TaskState.RUNNING;
        };
    return new Task(
        TaskId.text(task.spec.id()),
        task.spec.type(),
        state,
        task.spec.payload(),
        null,
        task.error,
        new Task.Attempts(task.attempt, task.spec.maxAttempts(), task.worker),
        new Task.Times(task.spec.submitted(), task.started, 0),
        Terms.USUAL_PRIORITY,
        null,
        task.progress,
        waitingFor(task, now));
  }

  private static WaitingFor waitingFor(LiveTask task, Now now) {
    return switch (task.place) {
      case SUBMITTED, LEASED, ENDING -> null;
      case BACKOFF -> {
        long left = Math.max(0, task.backoffUntil - now.nanos()) / 1_000_000;
        yield new WaitingFor(
            WaitingFor.Code.BACKOFF,
            "attempt " + (task.attempt + 1) + " starts in " + left + " ms");
      }
      case QUEUED -> inQueue(task);
    };
  }

  private static WaitingFor inQueue(LiveTask task) {
    String type = task.spec.type();
    if (!task.queue.offered()) {
      return new WaitingFor(WaitingFor.Code.NO_WORKER, "no worker offers '" + type + "'");
    }
    return new WaitingFor(
        WaitingFor.Code.SLOTS_BUSY,
        task.isSuspect()
            ? "two workers were lost with it: it waits for one for '" + type + "' to run it alone"
            : "every slot for '" + type + "' is busy (" + task.queue.running + " run)");
  }
}
