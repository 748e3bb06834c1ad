package dev.errand.worker;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs the steps of a lane, one after the other. When one of them does not come back, the
 * watchdog takes the lane from it: another thread goes on with the lane, and this one ends with its
 * step.
 *
 * <p>Owners: {@link #turns} and {@link #current} are written by the thread, {@link #state} by both
 * sides, the rest by the watchdog on the worker's context.
 */
final class LaneThread extends Thread implements LaneExecutors.Place {

  private static final Logger log = LoggerFactory.getLogger(LaneThread.class);

  private static final int IDLE = 0;
  private static final int RUNNING = 1;
  private static final int DEPOSED = 2;

  private final Lane lane;
  private final AtomicInteger state = new AtomicInteger(IDLE);
  private final AtomicLong turns = new AtomicLong();
  private final AtomicReference<LoopAttempt> current = new AtomicReference<>();

  private long seenTurns;
  private long silentNanos;
  private LoopAttempt suspect;

  /** Whether its step was told to be blocking. */
  boolean blamed;

  LaneThread(Lane lane, String name) {
    super(name);
    this.lane = lane;
    setDaemon(true);
  }

  @Override
  public Executor executor() {
    return current.getPlain();
  }

  @Override
  public void run() {
    while (!lane.closed()) {
      try {
        if (!perform(lane.take())) {
          return;
        }
      } catch (InterruptedException e) {
        // By close, or by a handler that has kept the thread: then it is nobody's now.
      }
    }
  }

  /**
   * Performs a step, or keeps it for later.
   *
   * @return false if the lane is no longer this thread's
   */
  private boolean perform(Lane.Step step) {
    LoopAttempt of = step.of();
    Runnable task = step.task();
    if (task == null) {
      return resume(of);
    }
    if (of.held) {
      of.defer(task);
      return true;
    }
    return perform(of, task);
  }

  private boolean resume(LoopAttempt of) {
    of.held = false;
    for (Runnable next = of.nextDeferred(); next != null; next = of.nextDeferred()) {
      if (!perform(of, next)) {
        return false;
      }
    }
    return true;
  }

  private boolean perform(LoopAttempt of, Runnable task) {
    // In this order, which is all that the watchdog needs.
    turns.lazySet(turns.getPlain() + 1);
    current.lazySet(of);
    state.lazySet(RUNNING);
    try {
      task.run();
    } catch (Throwable e) {
      escaped(of, e);
    }
    // A handler may have left an interrupt, which is not for the next step.
    Thread.interrupted();
    if (state.compareAndSet(RUNNING, IDLE)) {
      current.lazySet(null);
      return true;
    }
    lane.returned(this);
    return false;
  }

  private static void escaped(LoopAttempt of, Throwable thrown) {
    try {
      of.threw(thrown);
    } catch (Throwable e) {
      log.error("{}: it failed, and can't say so", of, e);
    }
  }

  /**
   * The watchdog's look at it.
   *
   * @param passed since the last look, in nanoseconds
   */
  void look(long passed) {
    if (state.get() == DEPOSED) {
      silentNanos += passed;
      return;
    }
    boolean running = state.get() == RUNNING;
    LoopAttempt seen = current.get();
    // Read last: if it is the turn of the last look, all of the above belongs to that turn.
    long turn = turns.get();
    if (running && seen != null && turn == seenTurns) {
      silentNanos += passed;
      suspect = seen;
    } else {
      seenTurns = turn;
      silentNanos = 0;
      suspect = null;
      blamed = false;
    }
  }

  /** For how long it has been in one step, as far as was seen; in nanoseconds. */
  long silentNanos() {
    return silentNanos;
  }

  /** Whose step it does not come back from; null if none. */
  LoopAttempt suspect() {
    return suspect;
  }

  /**
   * Takes the lane from it, if it is in a step.
   *
   * @return whether it was; then {@link #suspect} is in it until {@link Lane#returned}
   */
  boolean depose() {
    if (!state.compareAndSet(RUNNING, DEPOSED)) {
      return false;
    }
    suspect = current.get();
    return true;
  }

  boolean deposed() {
    return state.get() == DEPOSED;
  }
}
