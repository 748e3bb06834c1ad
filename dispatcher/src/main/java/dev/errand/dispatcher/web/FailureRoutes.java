package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import dev.errand.dispatcher.figures.Failure;
import dev.errand.dispatcher.figures.Figures;
import dev.errand.protocol.TaskId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;

/** What failed lately, grouped: {@code /api/v1/failures}. */
final class FailureRoutes implements Routes {

  private final Figures figures;

  FailureRoutes(Figures figures) {
    this.figures = figures;
  }

  @Override
  public void mount(Router router, Access access) {
    router.get("/api/v1/failures").handler(access.allow(Role.READ)).handler(this::failures);
  }

  private void failures(RoutingContext request) {
    new Query(request).check();
    JsonArray failures = new JsonArray();
    figures.failures().forEach(each -> failures.add(encode(each)));
    request.json(new JsonObject().put("failures", failures));
  }

  private static JsonObject encode(Failure failure) {
    JsonObject json =
        new JsonObject()
            .put("type", failure.type())
            .put("kind", failure.kind().text())
            .put("message", failure.message())
            .put("count", failure.count())
            .put("failedTasks", failure.failedTasks())
            .put("firstAt", Instant.ofEpochMilli(failure.firstMillis()))
            .put("lastAt", Instant.ofEpochMilli(failure.lastMillis()))
            .put("task", TaskId.text(failure.task()));
    return failure.worker() == null ? json : json.put("worker", failure.worker());
  }
}
