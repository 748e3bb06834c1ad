package dev.errand.worker;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.worker.Outcomes.Ending;
import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Event loops for handlers. They belong to a Vertx of their own, beside the cluster's, so that a
 * handler that blocks can't stop the bus or the worker's heartbeats. A watchdog asks each loop for
 * a sign of life; one that gives none for two seconds is left alone until it does: the attempt
 * whose handler is on it fails, those that only wait for futures there are given back, and those
 * that have not begun move to another loop.
 *
 * <p>Owner: the worker's context, but for what a lane's own thread writes (volatile fields).
 */
final class EventLoopLanes {

  /** A loop that is silent for longer is blocked. */
  private static final long BLOCKED_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** A cancelled attempt that has not ended by then never will: nothing of it holds a thread. */
  private static final long WRITE_OFF_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LaneListener listener;
  private final List<Lane> lanes = new ArrayList<>();
  private final ArrayDeque<Begin> waiting = new ArrayDeque<>();
  private Vertx loops;

  EventLoopLanes(LaneListener listener) {
    this.listener = listener;
  }

  /**
   * Something to begin on one lane.
   *
   * @param claimed whether the lane has begun it, or it was taken from the lane before that
   */
  private record Begin(ActiveAttempt attempt, TaskHandler handler, AtomicBoolean claimed) {

    Begin(ActiveAttempt attempt, TaskHandler handler) {
      this(attempt, handler, new AtomicBoolean());
    }
  }

  /** One loop. */
  private static final class Lane extends VerticleBase {
    private final Map<ActiveAttempt, Begin> attempts = new HashMap<>();
    private Context loop;
    private volatile Thread thread;
    private volatile ActiveAttempt current;
    private volatile long answeredNanos;
    private boolean blocked;

    @Override
    public Future<?> start() {
      loop = context;
      thread = Thread.currentThread();
      answeredNanos = System.nanoTime();
      return Future.succeededFuture();
    }

    private void ask() {
      loop.runOnContext(any -> answeredNanos = System.nanoTime());
    }
  }

  /** Starts the loops. */
  Future<Void> open() {
    int count = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    VertxOptions options =
        new VertxOptions()
            .setEventLoopPoolSize(count)
            // The watchdog here says it better, and does something about it.
            .setBlockedThreadCheckInterval(TimeUnit.DAYS.toMillis(1));
    Promise<Vertx> made = Promise.promise();
    // On a thread that has no context: the new Vertx is none of the caller's.
    new Thread(() -> made.complete(Vertx.vertx(options)), "errand-handler-loops").start();
    return made.future().compose(vertx -> deploy(vertx, count));
  }

  private Future<Void> deploy(Vertx vertx, int count) {
    loops = vertx;
    List<Future<String>> deployed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Lane lane = new Lane();
      lanes.add(lane);
      deployed.add(loops.deployVerticle(lane));
    }
    return Future.all(deployed).mapEmpty();
  }

  Future<Void> close() {
    return loops == null ? Future.succeededFuture() : loops.close();
  }

  /** Begins an attempt on the loop that has the fewest; waits while all are blocked. */
  void run(ActiveAttempt attempt, TaskHandler handler) {
    begin(new Begin(attempt, handler));
  }

  private void begin(Begin begin) {
    Lane best = null;
    for (Lane lane : lanes) {
      if (!lane.blocked && (best == null || lane.attempts.size() < best.attempts.size())) {
        best = lane;
      }
    }
    if (best == null) {
      waiting.add(begin);
      return;
    }
    Lane lane = best;
    lane.attempts.put(begin.attempt(), begin);
    lane.loop.runOnContext(any -> handle(lane, begin));
  }

  /** On the lane's thread. */
  private void handle(Lane lane, Begin begin) {
    ActiveAttempt attempt = begin.attempt();
    if (!begin.claimed().compareAndSet(false, true)) {
      return;
    }
    lane.current = attempt;
    Future<?> future = null;
    Throwable thrown = null;
    try {
      future = begin.handler().handle(attempt);
      if (future == null) {
        thrown = new IllegalStateException("the handler returned no future");
      }
    } catch (Throwable e) {
      thrown = e;
    } finally {
      lane.current = null;
    }
    if (thrown != null) {
      done(lane, attempt, Outcomes.threw(thrown));
    } else {
      future.onComplete(
          value -> done(lane, attempt, Outcomes.returned(value, listener.resultLimit())),
          failure -> done(lane, attempt, Outcomes.threw(failure)));
    }
  }

  /** On whatever thread the handler's future completed. */
  private void done(Lane lane, ActiveAttempt attempt, Ending ending) {
    listener.onOwner(
        () -> {
          listener.outcome(attempt, ending);
          end(lane, attempt);
        });
  }

  private void end(Lane lane, ActiveAttempt attempt) {
    if (lane.attempts.remove(attempt) != null) {
      listener.ended(attempt);
    }
  }

  /** Asks a handler to stop. */
  void cancel(ActiveAttempt attempt) {
    if (waiting.removeIf(begin -> begin.attempt() == attempt)) {
      listener.ended(attempt);
      return;
    }
    for (Lane lane : lanes) {
      Begin begin = lane.attempts.get(attempt);
      if (begin != null) {
        if (begin.claimed().compareAndSet(false, true)) {
          end(lane, attempt);
        } else {
          lane.loop.runOnContext(any -> attempt.signal());
        }
        return;
      }
    }
  }

  /** To be called a few times a second. */
  void watch() {
    long now = System.nanoTime();
    for (Lane lane : lanes) {
      boolean silent = now - lane.answeredNanos >= BLOCKED_NANOS;
      if (silent && !lane.blocked) {
        lane.blocked = true;
        leave(lane, now);
      } else if (!silent) {
        lane.blocked = false;
        writeOff(lane, now);
      }
      lane.ask();
    }
    for (int left = waiting.size(); left > 0; left--) {
      begin(waiting.remove());
    }
  }

  private void leave(Lane lane, long now) {
    ActiveAttempt culprit = lane.current;
    Thread thread = lane.thread;
    StackTraceElement[] stack = thread == null ? new StackTraceElement[0] : thread.getStackTrace();
    String where = stack.length == 0 ? "" : " at " + stack[0];
    long seconds = TimeUnit.NANOSECONDS.toSeconds(now - lane.answeredNanos);
    for (Begin begin : new ArrayList<>(lane.attempts.values())) {
      ActiveAttempt attempt = begin.attempt();
      if (attempt == culprit) {
        String message =
            "the handler of '"
                + attempt.type()
                + "' has blocked its event loop for "
                + seconds
                + " s"
                + where
                + "; make it a BlockingTaskHandler";
        listener.outcome(
            attempt, Ending.failed(new TaskError(ErrorKind.HANDLER, message, Outcomes.top(stack))));
      } else if (begin.claimed().compareAndSet(false, true)) {
        lane.attempts.remove(attempt);
        begin(new Begin(attempt, begin.handler()));
      } else {
        listener.release(
            attempt, "another attempt has blocked its event loop for " + seconds + " s" + where);
      }
    }
  }

  private void writeOff(Lane lane, long now) {
    for (ActiveAttempt attempt : new ArrayList<>(lane.attempts.keySet())) {
      if (attempt.cancelledFor(now) >= WRITE_OFF_NANOS && lane.current != attempt) {
        end(lane, attempt);
      }
    }
  }
}
