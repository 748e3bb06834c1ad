package dev.errand.worker.handlers;

import dev.errand.config.settings.Quantities;
import dev.errand.protocol.Terms;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskHandler;
import dev.errand.worker.api.TaskRejected;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * {@code sleep}: a duration such as {@code "250ms"}, {@code "20s"} or {@code "5m"}; the result is
 * that duration, later. Ends early, with a failure, when it is cancelled.
 */
public final class SleepHandler implements TaskHandler {

  @Override
  public String type() {
    return "sleep";
  }

  @Override
  public Future<?> handle(TaskContext task) {
    if (!(task.payload() instanceof String text)) {
      throw new TaskRejected("payload must be a duration such as \"250ms\", \"20s\" or \"5m\"");
    }
    Vertx vertx = Vertx.currentContext().owner();
    Promise<String> slept = Promise.promise();
    long timer = vertx.setTimer(millis(text), any -> slept.tryComplete(text));
    task.cancelled()
        .onSuccess(
            reason -> {
              vertx.cancelTimer(timer);
              slept.tryFail("cancelled: " + reason);
            });
    return slept.future();
  }

  private static long millis(String text) {
    Duration duration;
    try {
      duration = Quantities.duration(text);
    } catch (IllegalArgumentException e) {
      throw new TaskRejected("payload " + e.getMessage());
    }
    if (duration.compareTo(Terms.MAX_DURATION) > 0) {
      throw new TaskRejected("payload must be at most 30d, the longest timeout");
    }
    // A timer can't do with less.
    return Math.max(1, duration.toMillis());
  }
}
