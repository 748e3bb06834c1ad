package dev.errand.worker;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Progress;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.client.TaskClient;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.core.Attempt;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * An attempt that was handed to a lane. Its flags change from the handler's thread and from the
 * worker's own, and are atomic or volatile; everything else is set once.
 */
final class ActiveAttempt implements TaskContext {

  final Attempt attempt;
  final long handedNanos = System.nanoTime();
  private final Instant deadline;
  private final TaskClient client;
  private final Consumer<Progress> progress;
  private final Promise<CancelReason> cancelled = Promise.promise();
  private volatile CancelReason reason;
  private volatile long cancelledNanos;

  ActiveAttempt(Attempt attempt, TaskClient client, Consumer<Progress> progress) {
    this.attempt = attempt;
    this.deadline = Instant.now().plusMillis(attempt.timeoutMillis());
    this.client = client;
    this.progress = progress;
  }

  /** Remembers the first reason. The handler is told by {@link #signal}. Owner: the worker. */
  void cancel(CancelReason why) {
    if (reason == null) {
      cancelledNanos = System.nanoTime();
      reason = why;
    }
  }

  /** For how long it has been cancelled, in nanoseconds; 0 if it is not. */
  long cancelledFor(long now) {
    return reason == null ? 0 : now - cancelledNanos;
  }

  /** Lets the handler know; on its own thread where it has an event loop. */
  void signal() {
    cancelled.tryComplete(reason);
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
    return Json.decodeValue(Buffer.buffer(attempt.payload().copy()));
  }

  @Override
  public <T> T payload(Class<T> type) {
    return Json.decodeValue(Buffer.buffer(attempt.payload().copy()), type);
  }

  @Override
  public Instant deadline() {
    return deadline;
  }

  @Override
  public void progress(double fraction, String message) {
    progress.accept(new Progress(fraction, message));
  }

  @Override
  public Future<CancelReason> cancelled() {
    return cancelled.future();
  }

  @Override
  public boolean isCancelled() {
    return reason != null;
  }

  @Override
  public Future<Task> submit(TaskRequest request) {
    return client.submit(request);
  }
}
