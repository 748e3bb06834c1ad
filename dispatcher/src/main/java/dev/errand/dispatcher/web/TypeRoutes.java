package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import dev.errand.dispatcher.figures.Figures;
import dev.errand.dispatcher.figures.Reading;
import dev.errand.protocol.TaskRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/** Task types: {@code /api/v1/types}. */
final class TypeRoutes implements Routes {

  /** Types may have a slash. */
  private static final String ONE = "/api/v1/types/(?<type>.+)";

  private static final int MOST_BYTES = 10_000;

  private final Dispatch dispatch;
  private final Figures figures;
  private final LargeAnswers answers;
  private final Actions actions;

  TypeRoutes(Dispatch dispatch, Figures figures, LargeAnswers answers, Actions actions) {
    this.dispatch = dispatch;
    this.figures = figures;
    this.answers = answers;
    this.actions = actions;
  }

  @Override
  public void mount(Router router, Access access) {
    router.get("/api/v1/types").handler(access.allow(Role.READ)).handler(this::list);
    router.getWithRegex(ONE).handler(access.allow(Role.READ)).handler(this::find);
    router
        .putWithRegex(ONE)
        .handler(access.allow(Role.ADMIN))
        .handler(Bodies.json(MOST_BYTES))
        .handler(this::set);
  }

  private void list(RoutingContext request) {
    new Query(request).check();
    Reading reading = figures.read();
    answers.list(request, "types", () -> StatsJson.types(reading, reading.snapshot().types()));
  }

  private void find(RoutingContext request) {
    new Query(request).check();
    String type = type(request, new ArrayList<>());
    if (!dispatch.knows(type)) {
      throw new Problem(
          ProblemType.NOT_FOUND, "no task, worker or setting of type '" + type + "' is known");
    }
    answer(request, type);
  }

  private void answer(RoutingContext request, String type) {
    Figures.TypeReading reading = figures.type(type);
    request.json(StatsJson.encode(reading.view(), reading.figures()));
  }

  private static String type(RoutingContext request, List<Problem.Field> wrong) {
    String type = request.pathParam("type");
    if (!TaskRequest.TYPE_PATTERN.matcher(type).matches()) {
      wrong.add(new Problem.Field("type", "must match " + TaskRequest.TYPE_PATTERN.pattern()));
    }
    return type;
  }

  private void set(RoutingContext request) {
    List<Problem.Field> wrong = new Query(request).wrong();
    String type = type(request, wrong);
    Wish wish = Wish.read(body(request), wrong);
    if (wish.isNothing() && wrong.isEmpty()) {
      wrong.add(new Problem.Field("paused", "or limit is missing"));
    }
    if (!wrong.isEmpty()) {
      throw Problem.invalid(wrong);
    }
    dispatch
        .set(type, wish.paused(), wish.limit())
        .onComplete(
            any -> {
              tell(request, type, wish);
              answer(request, type);
            },
            request::fail);
  }

  private void tell(RoutingContext request, String type, Wish wish) {
    if (wish.paused() != null) {
      actions.done(request, wish.paused() ? "pause" : "resume", "type " + type);
    }
    if (wish.limit() != null) {
      String limit = wish.limit() == 0 ? "none" : wish.limit().toString();
      actions.done(request, "limit", "type " + type + " to " + limit);
    }
  }

  private static JsonObject body(RoutingContext request) {
    JsonObject body = JsonBody.takeObject(request);
    if (body != null) {
      return body;
    }
    throw new Problem(
        ProblemType.INVALID, "send a JSON object such as {\"paused\": true, \"limit\": 5}");
  }

  /**
   * What is to be set.
   *
   * @param paused null: as it is
   * @param limit 0: none; null: as it is
   */
  private record Wish(Boolean paused, Integer limit) {

    static Wish read(JsonObject body, List<Problem.Field> wrong) {
      Boolean paused = null;
      Integer limit = null;
      for (String name : body.fieldNames()) {
        Object value = body.getValue(name);
        switch (name) {
          case "paused" -> paused = paused(value, wrong);
          case "limit" -> limit = limit(value, wrong);
          default -> wrong.add(new Problem.Field(name, "is not known here: paused and limit are"));
        }
      }
      return new Wish(paused, limit);
    }

    private static Boolean paused(Object value, List<Problem.Field> wrong) {
      if (value instanceof Boolean paused) {
        return paused;
      }
      wrong.add(new Problem.Field("paused", "must be true or false"));
      return null;
    }

    private static Integer limit(Object value, List<Problem.Field> wrong) {
      if (value == null) {
        return 0;
      }
      if (value instanceof Integer limit && limit >= 0) {
        return limit;
      }
      wrong.add(
          new Problem.Field(
              "limit", "must be a whole number up to 2147483647, or 0 or null for none"));
      return null;
    }

    boolean isNothing() {
      return paused == null && limit == null;
    }
  }
}
