package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import dev.errand.dispatcher.figures.Demand;
import dev.errand.dispatcher.figures.Figures;
import dev.errand.dispatcher.figures.Reading;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Figures: {@code /api/v1/stats}. */
final class StatsRoutes implements Routes {

  private static final String TYPE = "type";
  private static final String SEQ = "seq";

  private final Figures figures;
  private final EventStream events;
  private final LargeAnswers answers;

  StatsRoutes(Figures figures, EventStream events, LargeAnswers answers) {
    this.figures = figures;
    this.events = events;
    this.answers = answers;
  }

  @Override
  public void mount(Router router, Access access) {
    router.get("/api/v1/stats").handler(access.allow(Role.READ)).handler(this::stats);
  }

  private void stats(RoutingContext request) {
    Query query = new Query(request, TYPE, SEQ);
    String type = query.type(TYPE);
    long seq = query.event(SEQ);
    query.check();
    if (type != null) {
      request.json(StatsJson.encode(Demand.of(figures.type(type).view())));
    } else if (seq >= 0) {
      kept(request, seq);
    } else {
      all(request);
    }
  }

  private void kept(RoutingContext request, long seq) {
    Buffer stats = events.stats(seq);
    if (stats == null) {
      throw new Problem(
          ProblemType.NOT_FOUND,
          "the stats event " + seq + " is not kept: only the last few are, while somebody listens");
    }
    answers.send(request, Bodies.JSON, stats);
  }

  private void all(RoutingContext request) {
    Reading reading = figures.read();
    long omitted = events.omitted();
    answers.write(request, Bodies.JSON, () -> StatsJson.encode(reading, omitted).toBuffer());
  }
}
