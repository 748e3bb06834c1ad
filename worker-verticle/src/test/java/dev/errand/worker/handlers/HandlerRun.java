package dev.errand.worker.handlers;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** One attempt of a handler on a Vert.x context. */
record HandlerRun(Bytes json, Promise<CancelReason> cancel) implements TaskContext {

  HandlerRun(String json) {
    this(Bytes.of(json), Promise.promise());
  }

  /** What the handler's future, or what it throws, comes to. */
  Object of(TaskHandler handler, Vertx vertx) throws Throwable {
    CompletableFuture<Object> done = new CompletableFuture<>();
    vertx.runOnContext(
        any -> {
          try {
            handler
                .handle(this)
                .onComplete(done::complete, failure -> done.completeExceptionally(failure));
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    try {
      return done.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  @Override
  public String taskId() {
    return "id";
  }

  @Override
  public String type() {
    return "type";
  }

  @Override
  public int attempt() {
    return 1;
  }

  @Override
  public Object payload() {
    return payload(Object.class);
  }

  @Override
  public <T> T payload(Class<T> type) {
    return Json.decodeValue(Buffer.buffer(json.copy()), type);
  }

  @Override
  public Instant deadline() {
    return Instant.MAX;
  }

  @Override
  public void progress(double fraction, String message) {}

  @Override
  public Future<CancelReason> cancelled() {
    return cancel.future();
  }

  @Override
  public boolean isCancelled() {
    return cancel.future().isComplete();
  }

  @Override
  public Future<Task> submit(TaskRequest request) {
    return Future.failedFuture("nobody is there");
  }
}
