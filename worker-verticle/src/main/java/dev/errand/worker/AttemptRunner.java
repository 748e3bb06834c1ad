package dev.errand.worker;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Millis;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.Grant;
import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.Handler;
import dev.errand.worker.api.TaskHandler;
import dev.errand.worker.core.Attempt;
import dev.errand.worker.core.AttemptListener;
import dev.errand.worker.core.Runner;
import io.vertx.core.Future;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * Runs attempts on the lane of their handler and tells what they come to. No handler's code, nor
 * its callbacks, nor the reading of its results, runs on the worker's context. Owner: the worker's
 * context, on which all methods are called but those that say otherwise.
 */
final class AttemptRunner implements Runner {

  /** Between two looks at the event loops, in milliseconds. */
  static final int WATCH_MILLIS = 250;

  private final Handlers handlers;
  private final Executor owner;
  private final Function<TaskRequest, Future<Task>> submitter;
  private final IntSupplier resultLimit;
  private final Executor loop;
  private final BlockingThreads threads;
  private final FailureLog failures = new FailureLog();
  private EventLoopLanes loops;
  private AttemptListener listener;

  /** 0: not asked yet. */
  private long turnMillis;

  /**
   * A runner that is not open yet.
   *
   * @param owner runs a step on the worker's context, as a turn of it, behind what runs now
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
    this.threads = threads;
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
    loops.watch(now);
    failures.look();
  }

  @Override
  public Attempt run(Grant grant) {
    Handler handler = handlers.of(grant.type());
    if (handler instanceof TaskHandler onLoop) {
      return loops.run(grant, onLoop, this);
    }
    BlockingRun one = new BlockingRun(grant, this, (BlockingTaskHandler) handler, threads);
    one.start();
    return one;
  }

  /** Begins what was run in this turn; to be called at its end. */
  void flush() {
    turnMillis = 0;
    loops.flush();
  }

  /** When this turn began, in milliseconds since 1970. */
  long turnMillis() {
    if (turnMillis == 0) {
      turnMillis = System.currentTimeMillis();
    }
    return turnMillis;
  }

  /** In bytes, as the dispatcher last said. */
  int resultLimit() {
    return resultLimit.getAsInt();
  }

  /** Submits a task for a handler; may be called, and completes, on any thread. */
  Future<Task> submit(TaskRequest request) {
    return submitter.apply(request);
  }

  /** Runs it as a turn of the worker; may be called from any thread. */
  void onOwner(Runnable step) {
    owner.execute(step);
  }

  /** The time of an attempt is over. */
  void timedOut(ActiveAttempt attempt) {
    String message = "no outcome in " + Millis.text(attempt.grant().timeoutMillis());
    failures.failed(attempt, new TaskError(ErrorKind.TIMEOUT, message));
  }

  /** The handler came to something; only the first counts. */
  void outcome(ActiveAttempt attempt, Ending ending) {
    if (!attempt.told) {
      attempt.told = true;
      // What was told to stop may fail because of that.
      if (ending.error() != null && !attempt.isCancelled()) {
        failures.failed(attempt, ending.error());
      }
      listener.outcome(attempt, ending.result(), ending.error(), attempt.runMicros());
    }
  }

  /** It never began, another worker may have it; instead of an outcome. */
  void release(ActiveAttempt attempt, String reason) {
    if (!attempt.told) {
      attempt.told = true;
      listener.release(attempt, false, reason);
    }
  }

  /** Nothing of it holds a thread any more. */
  void ended(ActiveAttempt attempt) {
    listener.ended(attempt);
  }
}
