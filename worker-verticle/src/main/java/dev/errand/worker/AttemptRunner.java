package dev.errand.worker;

import dev.errand.protocol.client.TaskClient;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.Outcomes.Ending;
import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.TaskHandler;
import dev.errand.worker.core.Attempt;
import dev.errand.worker.core.AttemptListener;
import dev.errand.worker.core.Runner;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Runs attempts on the lane of their handler and tells what they come to. Owner: the worker's
 * context, on which all its methods are called.
 */
final class AttemptRunner implements Runner, LaneListener {

  /** Between two looks at the event loops, in milliseconds. */
  static final int WATCH_MILLIS = 250;

  private final Handlers handlers;
  private final Executor owner;
  private final TaskClient client;
  private final IntSupplier resultLimit;
  private final EventLoopLanes loops = new EventLoopLanes(this);
  private final BlockingLane threads;
  private final Map<Long, ActiveAttempt> active = new HashMap<>();
  private AttemptListener listener;

  /**
   * A runner that is not open yet.
   *
   * @param owner runs a step on the worker's context
   * @param client for handlers that submit tasks
   * @param resultLimit in bytes, as the dispatcher last said
   */
  AttemptRunner(
      Handlers handlers,
      int blockingSlots,
      Executor owner,
      TaskClient client,
      IntSupplier resultLimit) {
    this.handlers = handlers;
    this.owner = owner;
    this.client = client;
    this.resultLimit = resultLimit;
    this.threads = new BlockingLane(blockingSlots, this);
  }

  /** Opens its lanes. */
  Future<Void> open(AttemptListener attemptListener) {
    listener = attemptListener;
    return loops.open();
  }

  /** Ends its threads; what runs on them is interrupted. */
  Future<Void> close() {
    threads.close();
    return loops.close();
  }

  /** To be called every {@value #WATCH_MILLIS} ms. */
  void watch() {
    loops.watch();
  }

  @Override
  public void run(Attempt attempt) {
    ActiveAttempt one =
        new ActiveAttempt(
            attempt,
            client,
            progress -> owner.execute(() -> listener.progress(attempt.lease(), progress)));
    active.put(attempt.lease(), one);
    if (handlers.of(attempt.type()) instanceof TaskHandler handler) {
      loops.run(one, handler);
    } else {
      threads.run(one, (BlockingTaskHandler) handlers.of(attempt.type()));
    }
  }

  @Override
  public void cancel(long lease, CancelReason reason) {
    ActiveAttempt one = active.get(lease);
    if (one == null) {
      return;
    }
    one.cancel(reason);
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
  public int resultLimit() {
    return resultLimit.getAsInt();
  }

  @Override
  public void outcome(ActiveAttempt attempt, Ending ending) {
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - attempt.handedNanos);
    listener.outcome(attempt.attempt.lease(), ending.result(), ending.error(), micros);
  }

  @Override
  public void release(ActiveAttempt attempt, String reason) {
    listener.release(attempt.attempt.lease(), true, reason);
  }

  @Override
  public void ended(ActiveAttempt attempt) {
    if (active.remove(attempt.attempt.lease(), attempt)) {
      listener.ended(attempt.attempt.lease());
    }
  }
}
