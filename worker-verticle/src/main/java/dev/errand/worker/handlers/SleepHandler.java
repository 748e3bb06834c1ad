package dev.errand.worker.handlers;

import dev.errand.config.settings.Quantities;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskHandler;
import dev.errand.worker.api.TaskRejected;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;

/** {@code sleep}: a duration such as {@code "250ms"}; the result is that duration, later. */
public final class SleepHandler implements TaskHandler {

  @Override
  public String type() {
    return "sleep";
  }

  @Override
  public Future<?> handle(TaskContext task) {
    if (!(task.payload() instanceof String text)) {
      throw new TaskRejected("payload must be a duration, such as \"250ms\" or \"20s\"");
    }
    Duration duration;
    try {
      duration = Quantities.duration(text);
    } catch (IllegalArgumentException e) {
      throw new TaskRejected("payload '" + text + "' " + e.getMessage());
    }
    Vertx vertx = Vertx.currentContext().owner();
    Promise<String> slept = Promise.promise();
    long timer = vertx.setTimer(Math.max(1, duration.toMillis()), any -> slept.tryComplete(text));
    task.cancelled()
        .onSuccess(
            reason -> {
              vertx.cancelTimer(timer);
              slept.tryFail("cancelled: " + reason);
            });
    return slept.future();
  }
}
