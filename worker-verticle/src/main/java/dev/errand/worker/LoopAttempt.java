package dev.errand.worker;

import dev.errand.protocol.ErrorKind;
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
 * An attempt on a lane, and the executor of its Vert.x context: all that the attempt does is a step
 * of its lane, so the watchdog knows whose step a thread is in.
 *
 * <p>Owners: the lane's thread of the moment, but for {@link #claimed} (both), and {@link
 * #waitedNanos} and {@link #cancelledNanos} (the worker's context).
 */
final class LoopAttempt implements Executor {

  private static final Logger log = LoggerFactory.getLogger(LoopAttempt.class);
  private static final AtomicIntegerFieldUpdater<LoopAttempt> CLAIMED =
      AtomicIntegerFieldUpdater.newUpdater(LoopAttempt.class, "claimed");

  final ActiveAttempt attempt;
  final Lane lane;

  /** Whose attempt it is. */
  final LaneListener listener;

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

  long waitedNanos;
  long cancelledNanos;

  LoopAttempt(
      ActiveAttempt attempt,
      TaskHandler handler,
      Lane lane,
      EventLoopLanes lanes,
      LaneListener listener) {
    this.attempt = attempt;
    this.handler = handler;
    this.lane = lane;
    this.lanes = lanes;
    this.listener = listener;
    attempt.callbacksOn(this::callback);
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

  /** Its first step: makes its context, and calls the handler on it. */
  void open() {
    context = (ContextInternal) lanes.vertx().getOrCreateContext();
    context.exceptionHandler(this::threw);
    // Not run on it, which would be a step more.
    context.dispatch(this::begin);
  }

  @Override
  public void execute(Runnable task) {
    lane.add(this, task);
  }

  private void callback(Runnable task) {
    // As a step first: until then there may be no context.
    execute(() -> context.runOnContext(any -> task.run()));
  }

  private void begin() {
    if (claim()) {
      attempt.begin();
      handle();
    }
  }

  private void handle() {
    try {
      Future<?> future = handler.handle(attempt);
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
    return failure == null ? Ending.returned(value, attempt.resultLimit()) : Ending.threw(failure);
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

  /** Something escaped from a callback: nobody else will ever say what the attempt came to. */
  void threw(Throwable thrown) {
    if (finished) {
      log.warn("{}: threw after its end", attempt, thrown);
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
