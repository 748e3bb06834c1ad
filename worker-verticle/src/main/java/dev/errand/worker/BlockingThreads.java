package dev.errand.worker;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for handlers that block: a virtual one for each attempt where the JVM has them (21 and
 * later), else a pool of as many as there are slots.
 */
final class BlockingThreads {

  private static final String NAME = "errand-blocking-";
  private static final long IDLE_SECONDS = 60;

  private final ExecutorService handlers;
  private final ExecutorService callbacks;

  private BlockingThreads(ExecutorService handlers, ExecutorService callbacks) {
    this.handlers = handlers;
    this.callbacks = callbacks;
  }

  /** Virtual ones if possible. */
  static BlockingThreads open(int slots) {
    try {
      ExecutorService virtual = virtual();
      return new BlockingThreads(virtual, virtual);
    } catch (ReflectiveOperationException e) {
      return platform(slots);
    }
  }

  /** Platform threads. */
  static BlockingThreads platform(int slots) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            slots,
            slots,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            daemons(NAME));
    pool.allowCoreThreadTimeOut(true);
    return new BlockingThreads(pool, Executors.newCachedThreadPool(daemons(NAME + "callback-")));
  }

  /** By reflection, for the release is 17. */
  private static ExecutorService virtual() throws ReflectiveOperationException {
    Class<?> type = Class.forName("java.lang.Thread$Builder$OfVirtual");
    Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
    Object named = type.getMethod("name", String.class, long.class).invoke(builder, NAME, 1L);
    Object factory = type.getMethod("factory").invoke(named);
    return (ExecutorService)
        Executors.class
            .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
            .invoke(null, factory);
  }

  private static ThreadFactory daemons(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Runs a handler.
   *
   * @throws RejectedExecutionException after {@link #close}
   * @throws OutOfMemoryError if the machine has no more threads
   */
  void run(Runnable handler) {
    handlers.execute(handler);
  }

  /** Runs a handler's callback; after {@link #close} nobody waits for it any more. */
  void callback(Runnable callback) {
    try {
      callbacks.execute(callback);
    } catch (RejectedExecutionException e) {
      // Closed.
    }
  }

  /** Interrupts what runs. */
  void close() {
    handlers.shutdownNow();
    callbacks.shutdownNow();
  }
}
