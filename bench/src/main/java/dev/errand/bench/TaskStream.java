package dev.errand.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Keeps a number of tasks in flight: the next one is submitted as one ends. Or submits tasks at a
 * rate, whatever becomes of them; what counts then is the time since a task was due, not since the
 * client came to submit it. Guarded by itself: some peers answer on several threads. Times are
 * nanoseconds since the beginning.
 *
 * @param <S> a task before it is submitted
 * @param <R> what comes of it
 */
final class TaskStream<S, R> {

  private static final double SECOND = 1e9;
  private static final int LOOK_MILLIS = 1;

  private final Calls<S, R> calls;
  private final Work work;
  private final long warmUp;
  private final long end;
  private final long start = System.nanoTime();
  private final Latencies latencies = new Latencies();
  private final Promise<Tally> over = Promise.promise();
  private int sample;
  private long left;
  private int open;
  private long last;

  /** At a rate: so many were submitted, and whether these are all. */
  private long sent;

  private boolean complete;

  private TaskStream(Work work, Calls<S, R> calls) {
    this.calls = calls;
    this.work = work;
    this.warmUp = TimeUnit.MILLISECONDS.toNanos(work.warmUpMillis());
    this.end = warmUp + TimeUnit.MILLISECONDS.toNanos(work.millis());
    this.left = work.tasks();
  }

  /**
   * How tasks are submitted.
   *
   * @param samples that are submitted in turns
   * @param call submits one, and completes when that has ended
   * @param right whether a result is the sample's
   */
  record Calls<S, R>(
      List<S> samples, Function<S, Future<R>> call, BiPredicate<? super S, ? super R> right) {}

  /**
   * Begins at once; to be called where tasks may be submitted, at a rate on a Vert.x context.
   *
   * @return when nothing is in flight any more; fails with the first failure, or wrong result
   */
  static <S, R> Future<Tally> run(Work work, Calls<S, R> calls) {
    TaskStream<S, R> stream = new TaskStream<>(work, calls);
    if (stream.isPaced()) {
      stream.pace(Vertx.currentContext().owner());
    } else {
      stream.begin();
    }
    return stream.over.future();
  }

  private boolean isPaced() {
    return work.rate() > 0;
  }

  private synchronized void begin() {
    for (int i = 0; i < work.inFlight(); i++) {
      next(0);
    }
    complete = true;
  }

  private void pace(Vertx vertx) {
    long timer = vertx.setPeriodic(LOOK_MILLIS, any -> submitDue());
    over.future().onComplete(any -> vertx.cancelTimer(timer));
  }

  private synchronized void submitDue() {
    long now = Math.min(System.nanoTime() - start, end);
    long due = Math.min((long) (now * (work.rate() / SECOND)), work.tasks());
    while (sent < due && open < work.inFlight()) {
      submit((long) (sent * (SECOND / work.rate())));
      sent++;
    }
    complete = now == end && sent == due;
    endIfOver();
  }

  private void next(long now) {
    if (now < end && left > 0) {
      left--;
      submit(now);
    }
  }

  /**
   * Submits one.
   *
   * @param begin from which its time counts
   */
  private void submit(long begin) {
    open++;
    S next = calls.samples.get(sample);
    sample = sample + 1 == calls.samples.size() ? 0 : sample + 1;
    calls.call.apply(next).onComplete((result, failure) -> ended(next, begin, result, failure));
  }

  private synchronized void ended(S of, long begun, R result, Throwable failure) {
    open--;
    long now = System.nanoTime() - start;
    if (failure != null) {
      fail(failure);
      return;
    }
    if (!calls.right.test(of, result)) {
      fail(new IllegalStateException("a result was wrong"));
      return;
    }
    if (isPaced() ? begun >= warmUp : now >= warmUp && now < end) {
      latencies.add(now - begun);
      last = now;
    }
    if (!isPaced()) {
      next(now);
    }
    endIfOver();
  }

  private void endIfOver() {
    if (complete && open == 0) {
      over.tryComplete(tally());
    }
  }

  private void fail(Throwable why) {
    left = 0;
    over.tryFail(why);
  }

  private Tally tally() {
    long until = isPaced() || left == 0 ? last : end;
    return new Tally(
        latencies.count(), until - warmUp, latencies.quantile(0.5), latencies.quantile(0.99));
  }
}
