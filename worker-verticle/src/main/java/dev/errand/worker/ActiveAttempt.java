package dev.errand.worker;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Progress;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.core.Attempt;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * An attempt that was handed to a lane, as its handler sees it. What changes is written by the
 * worker's context or by the handler's thread, and is volatile or atomic; the rest is set once.
 */
final class ActiveAttempt implements TaskContext {

  private final Attempt attempt;
  private final int resultLimit;
  private final Function<TaskRequest, Future<Task>> submitter;
  private final long deadlineMillis;
  private Executor callbacks;
  private volatile CancelReason reason;
  private volatile long begunNanos;

  /** Null until somebody asks for it, or it is told. Guarded by this. */
  private Promise<CancelReason> cancelled;

  private volatile Progress progress;

  /** Whether its outcome, or its release, was told. Owner: the worker. */
  boolean told;

  /** Its place on an event loop; null: it has none, or none any more. Owner: the worker. */
  LoopAttempt onLoop;

  /**
   * An attempt whose time starts now.
   *
   * @param now milliseconds since 1970
   * @param resultLimit in bytes
   * @param submitter may complete on any thread
   */
  ActiveAttempt(
      Attempt attempt, long now, int resultLimit, Function<TaskRequest, Future<Task>> submitter) {
    this.attempt = attempt;
    this.resultLimit = resultLimit;
    this.submitter = submitter;
    this.deadlineMillis = now + attempt.timeoutMillis();
  }

  /**
   * Where the handler's callbacks run: what the handler does there must hurt nobody. To be set
   * before the attempt is handed to a thread.
   */
  void callbacksOn(Executor executor) {
    callbacks = executor;
  }

  long lease() {
    return attempt.lease();
  }

  int resultLimit() {
    return resultLimit;
  }

  long timeoutMillis() {
    return attempt.timeoutMillis();
  }

  /** The handler begins. */
  void begin() {
    begunNanos = System.nanoTime();
  }

  /** Since it began, in microseconds; 0 if it did not. */
  long runMicros() {
    return begunNanos == 0 ? 0 : TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begunNanos);
  }

  /**
   * Remembers why it is to stop; the handler's future is told by {@link #signal}. Owner: the
   * worker.
   *
   * @return false if it knows already
   */
  boolean cancel(CancelReason why) {
    if (reason != null) {
      return false;
    }
    reason = why;
    return true;
  }

  /** Lets the handler know that it is cancelled. */
  void signal() {
    callbacks.execute(() -> cancellation().tryComplete(reason));
  }

  private synchronized Promise<CancelReason> cancellation() {
    if (cancelled == null) {
      cancelled = Promise.promise();
    }
    return cancelled;
  }

  /** What was told of it since the last call; null if nothing. */
  Progress takeProgress() {
    return progress == null ? null : exchangeProgress(null);
  }

  private synchronized Progress exchangeProgress(Progress next) {
    Progress last = progress;
    progress = next;
    return last;
  }

  @Override
  public String taskId() {
    return TaskId.text(attempt.task());
  }

  @Override
  public String type() {
    return attempt.type();
  }

  @Override
  public int attempt() {
    return attempt.number();
  }

  @Override
  public Bytes json() {
    return attempt.payload();
  }

  @Override
  public Object payload() {
    return payload(Object.class);
  }

  @Override
  public <T> T payload(Class<T> type) {
    return Json.decodeValue(Buffer.buffer(attempt.payload().copy()), type);
  }

  @Override
  public Instant deadline() {
    return Instant.ofEpochMilli(deadlineMillis);
  }

  @Override
  public void progress(double fraction, String message) {
    exchangeProgress(new Progress(fraction, message));
  }

  @Override
  public Future<CancelReason> cancelled() {
    return cancellation().future();
  }

  @Override
  public boolean isCancelled() {
    return reason != null;
  }

  @Override
  public Future<Task> submit(TaskRequest request) {
    Promise<Task> promise = Promise.promise();
    submitter
        .apply(request)
        .onComplete((task, failure) -> callbacks.execute(() -> promise.complete(task, failure)));
    return promise.future();
  }

  @Override
  public String toString() {
    return "task " + taskId() + " attempt " + attempt() + " of '" + type() + "'";
  }
}
