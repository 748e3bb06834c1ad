package dev.errand.worker;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Millis;
import dev.errand.protocol.Progress;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.TaskHandler;
import dev.errand.worker.core.Attempt;
import dev.errand.worker.core.AttemptListener;
import dev.errand.worker.core.Runner;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * Runs attempts on the lane of their handler and tells what they come to. No handler's code, nor
 * its callbacks, nor the reading of its results, runs on the worker's context. Owner: the worker's
 * context, on which all its methods are called.
 */
final class AttemptRunner implements Runner, LaneListener {

  /** Between two looks at the event loops, in milliseconds. */
  static final int WATCH_MILLIS = 250;

  /** A longer pause is the process's own, and proves nothing against a handler. */
  private static final long MAX_PASSED = TimeUnit.MILLISECONDS.toNanos(2 * WATCH_MILLIS);

  private final Handlers handlers;
  private final Executor owner;
  private final Function<TaskRequest, Future<Task>> submitter;
  private final IntSupplier resultLimit;
  private final Executor loop;
  private final BlockingLane threads;
  private final Map<Long, ActiveAttempt> active = new HashMap<>();
  private final FailureLog failures = new FailureLog();
  private EventLoopLanes loops;
  private AttemptListener listener;
  private long watchedNanos;

  /** When this turn began, in milliseconds since 1970; 0: not asked yet. */
  private long turnMillis;

  private boolean watched;

  /**
   * A runner that is not open yet.
   *
   * @param owner runs a step on the worker's context, as a turn of it
   * @param loop runs a step on the thread of the worker's context
   * @param submitter for handlers that submit tasks; may complete on any thread
   * @param resultLimit in bytes, as the dispatcher last said; asked on the worker's context
   */
  AttemptRunner(
      Handlers handlers,
      int blockingSlots,
      Executor owner,
      Executor loop,
      Function<TaskRequest, Future<Task>> submitter,
      IntSupplier resultLimit) {
    this(handlers, BlockingThreads.open(blockingSlots), owner, loop, submitter, resultLimit);
  }

  AttemptRunner(
      Handlers handlers,
      BlockingThreads threads,
      Executor owner,
      Executor loop,
      Function<TaskRequest, Future<Task>> submitter,
      IntSupplier resultLimit) {
    this.handlers = handlers;
    this.owner = owner;
    this.loop = loop;
    this.submitter = submitter;
    this.resultLimit = resultLimit;
    this.threads = new BlockingLane(threads, this);
  }

  /** Opens its lanes; attempts that come before that is done wait for them. */
  Future<Void> open(AttemptListener attemptListener) {
    listener = attemptListener;
    loops = EventLoopLanes.join(this, loop);
    return loops.opened();
  }

  /** Ends its threads; what runs on them is interrupted. */
  Future<Void> close() {
    failures.sumUp();
    threads.close();
    return loops.leave(this);
  }

  /** To be called every {@value #WATCH_MILLIS} ms. */
  void watch() {
    watch(System.nanoTime());
  }

  void watch(long now) {
    long passed = watched ? Math.min(now - watchedNanos, MAX_PASSED) : 0;
    watched = true;
    watchedNanos = now;
    List<ActiveAttempt> all = new ArrayList<>(active.values());
    loops.watch(this, all, passed);
    failures.look();
    // Gathered here: a handler that tells more than anyone can read does not load this context.
    for (ActiveAttempt attempt : all) {
      Progress told = attempt.takeProgress();
      if (told != null) {
        listener.progress(attempt.lease(), told);
      }
    }
  }

  @Override
  public void run(Attempt attempt) {
    if (turnMillis == 0) {
      turnMillis = System.currentTimeMillis();
    }
    ActiveAttempt one = new ActiveAttempt(attempt, turnMillis, resultLimit.getAsInt(), submitter);
    active.put(attempt.lease(), one);
    if (handlers.of(attempt.type()) instanceof TaskHandler handler) {
      loops.run(one, handler, this);
    } else {
      threads.run(one, (BlockingTaskHandler) handlers.of(attempt.type()));
    }
  }

  /** Begins what was run in this turn; to be called at its end. */
  void flush() {
    turnMillis = 0;
    loops.flush();
  }

  @Override
  public void cancel(long lease, CancelReason reason) {
    ActiveAttempt one = active.get(lease);
    if (one == null || !one.cancel(reason)) {
      return;
    }
    if (reason == CancelReason.TIMEOUT) {
      String message = "no outcome in " + Millis.text(one.timeoutMillis());
      failures.failed(one, new TaskError(ErrorKind.TIMEOUT, message));
    }
    if (handlers.of(one.type()) instanceof TaskHandler) {
      loops.cancel(one);
    } else {
      threads.cancel(one);
    }
  }

  @Override
  public void onOwner(Runnable step) {
    owner.execute(step);
  }

  @Override
  public void outcome(ActiveAttempt attempt, Ending ending) {
    if (!attempt.told) {
      attempt.told = true;
      // What was told to stop may fail because of that.
      if (ending.error() != null && !attempt.isCancelled()) {
        failures.failed(attempt, ending.error());
      }
      listener.outcome(attempt.lease(), ending.result(), ending.error(), attempt.runMicros());
    }
  }

  @Override
  public void release(ActiveAttempt attempt, String reason) {
    if (!attempt.told) {
      attempt.told = true;
      listener.release(attempt.lease(), false, reason);
    }
  }

  @Override
  public void ended(ActiveAttempt attempt) {
    if (active.remove(attempt.lease(), attempt)) {
      listener.ended(attempt.lease());
    }
  }
}
