package dev.errand.worker;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One timer for all workers on an event loop. With some thousand timers a second the next one is
 * always due within half a millisecond, and for so short a time Netty's loop does not sleep.
 *
 * <p>All methods are called on the loop's thread.
 */
final class Beat {

  static final int MILLIS = 50;

  private static final Logger log = LoggerFactory.getLogger(Beat.class);
  private static final ThreadLocal<Beat> SHARED = new ThreadLocal<>();

  private final Set<Runnable> steps = new LinkedHashSet<>();
  private final io.netty.util.concurrent.Future<?> timer;

  private Beat(EventExecutor loop) {
    timer = loop.scheduleAtFixedRate(this::beat, 1, MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Runs a step every {@value #MILLIS} ms until it leaves.
   *
   * @param loop of the calling thread
   */
  static void join(EventExecutor loop, Runnable step) {
    Beat shared = SHARED.get();
    if (shared == null) {
      shared = new Beat(loop);
      SHARED.set(shared);
    }
    shared.steps.add(step);
  }

  /** Ends what was joined by the same object. */
  static void leave(Runnable step) {
    Beat shared = SHARED.get();
    if (shared != null && shared.steps.remove(step) && shared.steps.isEmpty()) {
      shared.timer.cancel(false);
      SHARED.remove();
    }
  }

  private void beat() {
    for (Runnable step : new ArrayList<>(steps)) {
      try {
        step.run();
      } catch (RuntimeException e) {
        log.error("a worker's tick failed", e);
      }
    }
  }
}
