package dev.errand.worker;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An attempt on a lane, its own first step there, and the executor of its Vert.x context: all that
 * the attempt does is a step of its lane, so the watchdog knows whose step a thread is in.
 *
 * <p>Owners: the lane's thread of the moment, but for {@link #claimed} (both) and what says
 * otherwise.
 */
final class LoopAttempt extends ActiveAttempt implements Lane.Step, Runnable, Executor {

  private static final Logger log = LoggerFactory.getLogger(LoopAttempt.class);
  private static final AtomicIntegerFieldUpdater<LoopAttempt> CLAIMED =
      AtomicIntegerFieldUpdater.newUpdater(LoopAttempt.class, "claimed");

  final Lane lane;
  private final TaskHandler handler;
  private final EventLoopLanes lanes;
  private volatile int claimed;
  private ContextInternal context;
  private boolean finished;

  /** Whether a deposed thread is still in a step of it: then its next ones wait. */
  boolean held;

  private Queue<Runnable> deferred;

  /** What it came to. Owner: who calls {@link EventLoopLanes#finished}, then the worker. */
  Ending ending;

  /** Its neighbour in {@link FinishedAttempts}, and theirs. */
  LoopAttempt link;

  /** Its place among the attempts of its lane; negative: it has left. Owner: the worker. */
  int place;

  /** For how long its lane has not let it begin. Owner: the worker. */
  long waitedNanos;

  /** For how long it has been cancelled. Owner: the worker. */
  long cancelledNanos;

  LoopAttempt(
      Grant grant, AttemptRunner runner, TaskHandler handler, Lane lane, EventLoopLanes lanes) {
    super(grant, runner);
    this.handler = handler;
    this.lane = lane;
    this.lanes = lanes;
  }

  /**
   * Decides whether it begins or is taken back; only the first who asks may.
   *
   * @return whether the caller is the first
   */
  boolean claim() {
    return CLAIMED.compareAndSet(this, 0, 1);
  }

  boolean isClaimed() {
    return claimed != 0;
  }

  @Override
  public LoopAttempt of() {
    return this;
  }

  @Override
  public Runnable task() {
    return this;
  }

  /** Its first step: makes its context, and calls the handler on it. */
  @Override
  public void run() {
    context = (ContextInternal) lanes.vertx().getOrCreateContext();
    context.exceptionHandler(this::threw);
    // Not run on it, which would be a step more.
    context.dispatch(this, LoopAttempt::call);
  }

  @Override
  public void execute(Runnable task) {
    lane.add(this, task);
  }

  @Override
  void callback(Runnable task) {
    // As a step first: until then there may be no context.
    execute(() -> context.runOnContext(any -> task.run()));
  }

  @Override
  void stop() {
    if (claim()) {
      // Behind the caller: it may be looking through its attempts.
      runner.onOwner(() -> lanes.giveBack(this, "it was cancelled before it began"));
    } else {
      signal();
    }
  }

  private void call() {
    if (claim()) {
      begin();
      handle();
    }
  }

  private void handle() {
    try {
      Future<?> future = handler.handle(this);
      if (future == null) {
        finish(Ending.failed(ErrorKind.HANDLER, "the handler returned no future"));
      } else if (future.isComplete()) {
        finish(ending(future.result(), future.cause()));
      } else {
        // On whatever thread it completes: the result is looked at here, when the step is over.
        future.onComplete((value, failure) -> execute(() -> finish(ending(value, failure))));
      }
    } catch (Throwable e) {
      finish(Ending.threw(e));
    }
  }

  private Ending ending(Object value, Throwable failure) {
    return failure == null ? Ending.returned(value, resultLimit()) : Ending.threw(failure);
  }

  /** Keeps a step for when it is held no more. */
  void defer(Runnable step) {
    if (deferred == null) {
      deferred = new ArrayDeque<>();
    }
    deferred.add(step);
  }

  /** The next of the steps that were kept; null if there is none. */
  Runnable nextDeferred() {
    return deferred == null ? null : deferred.poll();
  }

  /** Whether it has left its lane, and everything is told of it. Owner: the worker. */
  boolean hasLeft() {
    return place < 0;
  }

  /** Something escaped from a callback: nobody else will ever say what the attempt came to. */
  void threw(Throwable thrown) {
    if (finished) {
      log.warn("{}: threw after its end", this, thrown);
    } else {
      finish(Ending.threw(thrown));
    }
  }

  private void finish(Ending what) {
    if (!finished) {
      finished = true;
      ending = what;
      lanes.finished(this);
    }
  }
}
