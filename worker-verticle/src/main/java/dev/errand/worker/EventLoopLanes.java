package dev.errand.worker;

import dev.errand.protocol.frame.Grant;
import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Event loops for handlers: a handler that blocks one costs its own attempt and nobody else's. All
 * workers whose contexts are on the same thread share them, and so need no lock: a process with a
 * thousand workers has no more of them than one with a few.
 *
 * <p>They belong to a Vertx of their own, beside the cluster's, so the bus and the heartbeats never
 * wait for a handler. On a loop of Netty's, attempts that share it with a blocked one could do
 * nothing but wait, and nobody could tell whose callback it is that blocks. So the loops' threads
 * are ours: each attempt has a Vert.x context whose executor is the attempt's place on a lane
 * ({@link LaneExecutors}), and the Vertx's own loops only carry timers and sockets.
 *
 * <p>A watchdog looks at each lane a few times a second:
 *
 * <ul>
 *   <li>A thread that is in one step for {@link LoopWatchdog#DEPOSED_AFTER} loses its lane to a new
 *       thread, and the other attempts there go on. The steps of the attempt it is stuck in wait
 *       for it.
 *   <li>If it does not come back for {@link LoopWatchdog#BLOCKED_AFTER}, that attempt fails, with
 *       the place where it blocks, and is cancelled and interrupted. It ends when it is out of its
 *       thread. Attempts of its type go to a lane for such types from then on.
 *   <li>At most {@link LoopWatchdog#MAX_STUCK} threads are replaced at a time. If there are more,
 *       attempts that can't begin are given back after {@link #GIVEN_BACK_AFTER}.
 *   <li>An attempt that was cancelled has {@link #WRITTEN_OFF_AFTER} to end; as it holds no thread,
 *       its slot is free then.
 * </ul>
 *
 * Time is what passes between two looks, and a long pause counts as a short one: after the whole
 * process stood still, nobody is blamed for it.
 *
 * <p>Owner: the thread of the workers' contexts, which calls all methods but {@link #vertx} and
 * {@link #finished}.
 */
final class EventLoopLanes {

  private static final Logger log = LoggerFactory.getLogger(EventLoopLanes.class);

  static final long GIVEN_BACK_AFTER = TimeUnit.SECONDS.toNanos(5);
  static final long WRITTEN_OFF_AFTER = TimeUnit.SECONDS.toNanos(10);

  /** A longer pause is the process's own, and proves nothing against a handler. */
  private static final long MAX_PASSED =
      TimeUnit.MILLISECONDS.toNanos(2 * AttemptRunner.WATCH_MILLIS);

  /** Any worker may look: who comes so soon after another has nothing new to see. */
  private static final long LEAST_PASSED =
      TimeUnit.MILLISECONDS.toNanos(AttemptRunner.WATCH_MILLIS / 2);

  /** So many attempts that come together go to the same lane. */
  private static final int IN_A_ROW = 16;

  /** Those of this thread, while a worker has them. */
  private static final ThreadLocal<EventLoopLanes> SHARED = new ThreadLocal<>();

  private static final Runnable NOTHING = () -> {};

  private final Executor owner;
  private final List<AttemptRunner> users = new ArrayList<>();
  private final Promise<Void> opened = Promise.promise();
  private final List<Lane> lanes = new ArrayList<>();
  private final Lane laneOfBlockingTypes = new Lane("errand-loop-blocking-types", this::returned);
  private final LoopWatchdog watchdog;
  private final FinishedAttempts finished = new FinishedAttempts();
  private Lane next;
  private int left;
  private volatile Vertx vertx;
  private boolean flushing;
  private boolean looked;
  private long lookedNanos;
  private boolean closed;

  private EventLoopLanes(Executor owner) {
    this.owner = owner;
    int count = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    for (int i = 1; i <= count; i++) {
      lanes.add(new Lane("errand-loop-" + i, this::returned));
    }
    lanes.add(laneOfBlockingTypes);
    watchdog = new LoopWatchdog(lanes);
  }

  /**
   * Those of the calling thread, made if no worker has them yet.
   *
   * @param owner runs a step on the calling thread
   */
  static EventLoopLanes join(AttemptRunner user, Executor owner) {
    EventLoopLanes shared = SHARED.get();
    if (shared == null) {
      shared = new EventLoopLanes(owner);
      shared.open();
      SHARED.set(shared);
    }
    shared.users.add(user);
    return shared;
  }

  /** When the loops have started; what is run before waits for it. */
  Future<Void> opened() {
    return opened.future();
  }

  private void open() {
    Promise<Vertx> made = Promise.promise();
    made.future().onComplete((one, why) -> owner.execute(() -> start(one, why)));
    // On a thread that has no context: the new Vertx is none of the caller's.
    new Opening(() -> make(made)).start();
  }

  /** A thread whose contexts run in it, to see whether Vert.x asks {@link LaneExecutors}. */
  private static final class Opening extends Thread implements LaneExecutors.Place {

    Opening(Runnable body) {
      super(body, "errand-loops");
    }

    @Override
    public Executor executor() {
      return Runnable::run;
    }
  }

  private static void make(Promise<Vertx> made) {
    try {
      FileSystemOptions noCache =
          new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
      Vertx one = Vertx.vertx(new VertxOptions().setFileSystemOptions(noCache));
      if (one.getOrCreateContext().threadingModel() == ThreadingModel.EXTERNAL) {
        made.complete(one);
      } else {
        one.close().onComplete(any -> made.fail(notAsked()));
      }
    } catch (Throwable e) {
      made.tryFail(e);
    }
  }

  private static RuntimeException notAsked() {
    return new IllegalStateException(
        "META-INF/services/io.vertx.core.spi.VertxServiceProvider must name "
            + LaneExecutors.class.getName()
            + " before any other EventExecutorProvider: is it missing from a merged jar?");
  }

  private void start(Vertx made, Throwable why) {
    if (why != null) {
      opened.fail(why);
    } else if (closed) {
      made.close().onComplete(any -> opened.fail("closed meanwhile"));
    } else {
      vertx = made;
      lanes.forEach(Lane::open);
      opened.complete();
    }
  }

  /**
   * The worker needs them no more. The last one closes them, and interrupts what runs; of another
   * one only what holds a thread for long is interrupted.
   */
  Future<Void> leave(AttemptRunner user) {
    if (!users.remove(user) || !users.isEmpty()) {
      return Future.succeededFuture();
    }
    SHARED.remove();
    closed = true;
    lanes.forEach(Lane::close);
    watchdog.close();
    return vertx == null ? Future.succeededFuture() : vertx.close();
  }

  /** The handlers' own; on any thread. */
  Vertx vertx() {
    return vertx;
  }

  /** An attempt that begins with the next {@link #flush}; where all lanes are blocked it waits. */
  LoopAttempt run(Grant grant, TaskHandler handler, AttemptRunner runner) {
    Lane lane = laneFor(grant.type());
    LoopAttempt one = new LoopAttempt(grant, runner, handler, lane, this);
    lane.start(one);
    return one;
  }

  /** To be called at the end of each turn of a worker. */
  void flush() {
    if (users.size() == 1) {
      flushNow();
    } else if (!flushing) {
      // The turns of other workers follow, and their attempts begin with the same wake-up.
      flushing = true;
      owner.execute(this::flushNow);
    }
  }

  private void flushNow() {
    flushing = false;
    lanes.forEach(Lane::flush);
    left = 0;
  }

  /** Waking a lane for each attempt would cost more than many a handler. */
  private Lane laneFor(String type) {
    if (watchdog.knows(type)) {
      return laneOfBlockingTypes;
    }
    if (left == 0) {
      next = leastLoaded();
      // An idle lane takes one: handlers that take their time are better off on as many as there
      // are.
      left = Math.min(IN_A_ROW, 1 + next.attempts().size());
    }
    left--;
    return next;
  }

  private Lane leastLoaded() {
    Lane best = lanes.get(0);
    for (Lane lane : lanes) {
      if (lane != laneOfBlockingTypes && rank(lane) < rank(best)) {
        best = lane;
      }
    }
    return best;
  }

  private static int rank(Lane lane) {
    return lane.isBlocked() ? Integer.MAX_VALUE : lane.attempts().size();
  }

  /** The handler's future has completed, and its ending is known; on any thread. */
  void finished(LoopAttempt one) {
    if (finished.add(one)) {
      owner.execute(this::tellFinished);
    }
  }

  /** All that finished until the owner came to it. */
  private void tellFinished() {
    AttemptRunner last = null;
    for (LoopAttempt each = finished.poll(); each != null; each = finished.poll()) {
      if (last != null && last != each.runner) {
        last.onOwner(NOTHING);
      }
      last = each.runner;
      if (!each.hasLeft()) {
        tell(each);
      }
    }
    // What it was told leaves at the end of a turn of its own.
    if (last != null) {
      last.onOwner(NOTHING);
    }
  }

  /** Whatever one of them does wrong, the others are told. */
  private void tell(LoopAttempt one) {
    try {
      one.runner.outcome(one, one.ending);
    } catch (RuntimeException e) {
      log.error("{}: what it came to can't be told", one, e);
    }
    end(one);
  }

  /** A deposed thread has come back; on that thread. */
  private void returned(LaneThread thread) {
    owner.execute(() -> watchdog.returned(thread));
  }

  /** An attempt that will never begin. */
  void giveBack(LoopAttempt one, String reason) {
    one.runner.release(one, reason);
    end(one);
  }

  private void end(LoopAttempt one) {
    if (one.lane.leave(one)) {
      one.runner.ended(one);
    }
  }

  /**
   * To be called by each worker a few times a second.
   *
   * @param now by the monotonic clock, in nanoseconds
   */
  void watch(long now) {
    long passed = looked ? Math.min(now - lookedNanos, MAX_PASSED) : 0;
    if (closed || (looked && passed < LEAST_PASSED)) {
      return;
    }
    looked = true;
    lookedNanos = now;
    watchdog.look(passed);
    for (Lane lane : lanes) {
      for (LoopAttempt one : lane.attempts()) {
        if (!one.isClaimed()) {
          waits(one, passed);
        } else if (one.isCancelled()) {
          staysOn(one, passed);
        }
      }
    }
  }

  private void waits(LoopAttempt one, long passed) {
    one.waitedNanos = one.lane.isBlocked() ? one.waitedNanos + passed : 0;
    if (one.waitedNanos >= GIVEN_BACK_AFTER && one.claim()) {
      // It may be another worker's, whose turn this is not.
      one.runner.onOwner(() -> giveBack(one, "handlers block all event loops of the worker"));
    }
  }

  private void staysOn(LoopAttempt one, long passed) {
    one.cancelledNanos += passed;
    if (one.cancelledNanos >= WRITTEN_OFF_AFTER && !watchdog.isOnThread(one)) {
      one.runner.onOwner(() -> writeOff(one));
    }
  }

  private void writeOff(LoopAttempt one) {
    if (!one.hasLeft()) {
      log.warn("{}: was cancelled, but does not end; its slot is free again", one);
      end(one);
    }
  }
}
