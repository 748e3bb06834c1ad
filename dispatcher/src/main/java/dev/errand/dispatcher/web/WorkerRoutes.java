package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import dev.errand.dispatcher.core.WorkerView;
import dev.errand.dispatcher.figures.Figures;
import dev.errand.dispatcher.figures.Reading;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Workers: {@code /api/v1/workers}. */
final class WorkerRoutes implements Routes {

  private final Dispatch dispatch;
  private final Figures figures;
  private final LargeAnswers answers;
  private final Actions actions;

  WorkerRoutes(Dispatch dispatch, Figures figures, LargeAnswers answers, Actions actions) {
    this.dispatch = dispatch;
    this.figures = figures;
    this.answers = answers;
    this.actions = actions;
  }

  @Override
  public void mount(Router router, Access access) {
    router.get("/api/v1/workers").handler(access.allow(Role.READ)).handler(this::list);
    router.post("/api/v1/workers/:id/drain").handler(access.allow(Role.ADMIN)).handler(this::drain);
  }

  private void list(RoutingContext request) {
    new Query(request).check();
    Reading reading = figures.read();
    answers.list(request, "workers", () -> StatsJson.workers(reading));
  }

  private void drain(RoutingContext request) {
    new Query(request).check();
    String id = request.pathParam("id");
    WorkerView worker = dispatch.drain(id);
    if (worker == null) {
      throw new Problem(ProblemType.NOT_FOUND, "there is no worker " + id);
    }
    actions.done(request, "drain", "worker " + worker.name() + " (" + id + ")");
    request.json(StatsJson.encode(worker, figures.read()));
  }
}
