package dev.errand.config.cluster;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles membership events, one after the other, on a thread of its own. Vert.x's cluster manager
 * scans all subscriptions while it holds its monitor, on Hazelcast's event thread; with partitions
 * that are not settled that has hung for days (vertx-hazelcast, issue 215). Here it holds up nobody
 * else, and is noticed.
 */
final class EventThread implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EventThread.class);

  private final long mostNanos;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread handling = new Thread(task, "errand-membership");
            handling.setDaemon(true);
            return handling;
          });

  private volatile boolean failed;

  /** When the event that is being handled began; 0 if there is none. */
  private volatile long begunNanos;

  /** A thread whose events may take so long. */
  EventThread(long mostNanos) {
    this.mostNanos = mostNanos;
  }

  /** Behind those that came before. */
  void handle(Runnable event) {
    try {
      thread.execute(
          () -> {
            begunNanos = System.nanoTime() | 1;
            try {
              event.run();
            } catch (RuntimeException e) {
              log.error("a change of the membership could not be handled", e);
              failed = true;
            }
            begunNanos = 0;
          });
    } catch (RejectedExecutionException e) {
      // The node has left.
    }
  }

  /** Whether an event has been handled for too long, or could not be handled. */
  boolean isStuck() {
    long begun = begunNanos;
    return failed || begun != 0 && System.nanoTime() - begun > mostNanos;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
