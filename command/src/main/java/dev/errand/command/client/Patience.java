package dev.errand.command.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** How long something is tried again while nobody answers, and the pauses between. One thread's. */
final class Patience {

  private static final long FIRST_PAUSE = 200;
  private static final long LONGEST_PAUSE = 5_000;

  private final CountDownLatch never = new CountDownLatch(1);
  private final Server server;
  private final Screen screen;
  private final Duration most;
  private long since;
  private long pause;

  Patience(Server server, Screen screen, Duration most) {
    this.server = server;
    this.screen = screen;
    this.most = most;
  }

  /** Somebody has answered: all is forgiven. */
  void answered() {
    pause = 0;
  }

  /**
   * Waits before the next try.
   *
   * @throws dev.errand.config.launch.NodeFailure if it is at an end, or nobody has ever answered
   */
  void pause(IOException failure) throws InterruptedException {
    long now = System.nanoTime();
    if (!server.hasAnswered()) {
      throw server.unreachable(failure);
    }
    if (pause == 0) {
      since = now;
      pause = FIRST_PAUSE;
      screen.away(Server.why(failure), most);
    } else if (now - since > most.toNanos()) {
      throw server.unreachable(failure);
    }
    // Many clients of one dispatcher should not come back at the same moment.
    waitFor(Duration.ofMillis(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1)));
    pause = Math.min(LONGEST_PAUSE, 2 * pause);
  }

  /** Waits so long. */
  void waitFor(Duration time) throws InterruptedException {
    never.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }
}
