package dev.errand.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Keeps a number of tasks in flight: the next one is submitted as one ends. Owner: the client's
 * context. Times are nanoseconds since the beginning.
 */
final class TaskStream {

  private final Supplier<? extends Future<?>> call;
  private final long warmUp;
  private final long end;
  private final long start = System.nanoTime();
  private final Latencies latencies = new Latencies();
  private final Promise<Tally> over = Promise.promise();
  private long left;
  private int open;
  private long last;

  private TaskStream(Work work, Supplier<? extends Future<?>> call) {
    this.call = call;
    this.warmUp = TimeUnit.MILLISECONDS.toNanos(work.warmUpMillis());
    this.end = warmUp + TimeUnit.MILLISECONDS.toNanos(work.millis());
    this.left = work.tasks();
  }

  /**
   * Begins at once; to be called on the client's context.
   *
   * @param call submits a task, and completes when that has ended
   * @return when nothing is in flight any more; fails with the first failure
   */
  static Future<Tally> run(Work work, Supplier<? extends Future<?>> call) {
    TaskStream stream = new TaskStream(work, call);
    for (int i = 0; i < work.inFlight(); i++) {
      stream.next(0);
    }
    return stream.over.future();
  }

  private void next(long now) {
    if (now < end && left > 0) {
      left--;
      open++;
      call.get().onComplete((any, failure) -> ended(now, failure));
    }
  }

  private void ended(long begun, Throwable failure) {
    open--;
    long now = System.nanoTime() - start;
    if (failure != null) {
      left = 0;
      over.tryFail(failure);
      return;
    }
    if (now >= warmUp && now < end) {
      latencies.add(now - begun);
      last = now;
    }
    next(now);
    if (open == 0) {
      over.tryComplete(tally());
    }
  }

  private Tally tally() {
    long until = left == 0 ? last : end;
    return new Tally(
        latencies.count(), until - warmUp, latencies.quantile(0.5), latencies.quantile(0.99));
  }
}
