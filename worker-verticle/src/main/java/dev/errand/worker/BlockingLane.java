package dev.errand.worker;

import dev.errand.worker.Outcomes.Ending;
import dev.errand.worker.api.BlockingTaskHandler;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for handlers that block: virtual ones where the JVM has them, else a pool of as many as
 * there are slots. Called on the worker's context.
 */
final class BlockingLane {

  private final LaneListener listener;
  private final ExecutorService threads;
  private final Map<ActiveAttempt, Thread> running = new ConcurrentHashMap<>();

  BlockingLane(int slots, LaneListener listener) {
    this.listener = listener;
    this.threads = threads(slots);
  }

  private static ExecutorService threads(int slots) {
    try {
      // Java 21 and later.
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException e) {
      AtomicInteger number = new AtomicInteger();
      return Executors.newFixedThreadPool(
          slots,
          task -> {
            Thread thread = new Thread(task, "errand-blocking-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
    }
  }

  void run(ActiveAttempt attempt, BlockingTaskHandler handler) {
    threads.execute(
        () -> {
          Ending ending = handle(attempt, handler);
          listener.onOwner(
              () -> {
                listener.outcome(attempt, ending);
                listener.ended(attempt);
              });
        });
  }

  private Ending handle(ActiveAttempt attempt, BlockingTaskHandler handler) {
    running.put(attempt, Thread.currentThread());
    try {
      if (attempt.isCancelled()) {
        throw new InterruptedException("cancelled before it began");
      }
      return Outcomes.returned(handler.handle(attempt), listener.resultLimit());
    } catch (Throwable e) {
      return Outcomes.threw(e);
    } finally {
      synchronized (attempt) {
        running.remove(attempt);
      }
      // An interrupt that came late must not hit the thread's next attempt.
      Thread.interrupted();
    }
  }

  void cancel(ActiveAttempt attempt) {
    attempt.signal();
    synchronized (attempt) {
      Thread thread = running.get(attempt);
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  void close() {
    threads.shutdownNow();
  }
}
