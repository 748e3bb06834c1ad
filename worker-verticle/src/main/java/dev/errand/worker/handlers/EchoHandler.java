package dev.errand.worker.handlers;

import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Future;

/** {@code echo}: the result is the payload, to the letter. */
public final class EchoHandler implements TaskHandler {

  @Override
  public String type() {
    return "echo";
  }

  @Override
  public Future<?> handle(TaskContext task) {
    return Future.succeededFuture(task.json());
  }
}
