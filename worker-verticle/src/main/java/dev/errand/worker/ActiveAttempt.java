package dev.errand.worker;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Progress;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Grant;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.core.Attempt;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * An attempt on a lane or a thread, as its handler sees it. What changes is written by the worker's
 * context or by the handler's thread, and is volatile or guarded by this; the rest is set once.
 */
abstract class ActiveAttempt extends Attempt implements TaskContext {

  private static final AtomicReferenceFieldUpdater<ActiveAttempt, Progress> PROGRESS =
      AtomicReferenceFieldUpdater.newUpdater(ActiveAttempt.class, Progress.class, "progress");

  /** Whose attempt it is. */
  final AttemptRunner runner;

  private final int resultLimit;
  private final long deadlineMillis;
  private volatile CancelReason reason;
  private volatile long begunNanos;

  /** Null until somebody asks for it, or it is told. Guarded by this. */
  private Promise<CancelReason> cancelled;

  private volatile Progress progress;

  /** Whether its outcome, or its release, was told. Owner: the worker. */
  boolean told;

  /** An attempt whose time starts now. */
  ActiveAttempt(Grant grant, AttemptRunner runner) {
    super(grant);
    this.runner = runner;
    this.resultLimit = runner.resultLimit();
    this.deadlineMillis = runner.turnMillis() + grant.timeoutMillis();
  }

  /** Runs a callback of the handler where what it does hurts nobody. */
  abstract void callback(Runnable task);

  /** Asks the handler to stop; the reason is known. */
  abstract void stop();

  /** The most that its result may have, in bytes. */
  int resultLimit() {
    return resultLimit;
  }

  /** The handler begins. */
  void begin() {
    begunNanos = System.nanoTime();
  }

  /** Since it began, in microseconds; 0 if it did not. */
  long runMicros() {
    return begunNanos == 0 ? 0 : TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begunNanos);
  }

  @Override
  protected void cancel(CancelReason why) {
    if (remember(why)) {
      if (why == CancelReason.TIMEOUT) {
        runner.timedOut(this);
      }
      stop();
    }
  }

  /**
   * Remembers why it is to stop; the handler's future is told by {@link #signal}. Owner: the
   * worker.
   *
   * @return false if it knows already
   */
  boolean remember(CancelReason why) {
    if (reason != null) {
      return false;
    }
    reason = why;
    return true;
  }

  /** Lets the handler know that it is cancelled. */
  void signal() {
    callback(() -> cancellation().tryComplete(reason));
  }

  private synchronized Promise<CancelReason> cancellation() {
    if (cancelled == null) {
      cancelled = Promise.promise();
    }
    return cancelled;
  }

  @Override
  protected Progress takeProgress() {
    return progress == null ? null : PROGRESS.getAndSet(this, null);
  }

  @Override
  public String taskId() {
    return TaskId.text(grant().task());
  }

  @Override
  public String type() {
    return grant().type();
  }

  @Override
  public int attempt() {
    return grant().attempt();
  }

  @Override
  public Bytes json() {
    return grant().payload();
  }

  @Override
  public Object payload() {
    return payload(Object.class);
  }

  @Override
  public <T> T payload(Class<T> type) {
    return Json.decodeValue(Buffer.buffer(grant().payload().copy()), type);
  }

  @Override
  public Instant deadline() {
    return Instant.ofEpochMilli(deadlineMillis);
  }

  @Override
  public void progress(double fraction, String message) {
    progress = new Progress(fraction, message);
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
    runner
        .submit(request)
        .onComplete((task, failure) -> callback(() -> promise.complete(task, failure)));
    return promise.future();
  }

  @Override
  public String toString() {
    return "task " + taskId() + " attempt " + attempt() + " of '" + type() + "'";
  }
}
