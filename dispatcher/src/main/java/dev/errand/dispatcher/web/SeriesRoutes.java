package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import dev.errand.dispatcher.figures.Figures;
import dev.errand.dispatcher.figures.Percentiles;
import dev.errand.dispatcher.figures.Rates;
import dev.errand.dispatcher.figures.Step;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Rates and latencies of the last quarter of an hour: {@code /api/v1/series}. */
final class SeriesRoutes implements Routes {

  private final Figures figures;

  SeriesRoutes(Figures figures) {
    this.figures = figures;
  }

  @Override
  public void mount(Router router, Access access) {
    router.get("/api/v1/series").handler(access.allow(Role.READ)).handler(this::series);
  }

  private void series(RoutingContext request) {
    new Query(request).check();
    request.json(encode(figures.series()));
  }

  private static JsonObject encode(Figures.Series series) {
    List<Step> steps = series.steps();
    return new JsonObject()
        .put("step", Figures.Series.STEP_SECONDS)
        .put("end", TimeUnit.MILLISECONDS.toSeconds(series.endMillis()))
        .put("submitted", rates(steps, Rates::submitted))
        .put("ended", rates(steps, Rates::ended))
        .put("failedAttempts", rates(steps, Rates::failedAttempts))
        .put("waitP50", times(steps, Step::waits, Percentiles::p50))
        .put("waitP99", times(steps, Step::waits, Percentiles::p99))
        .put("runP50", times(steps, Step::runs, Percentiles::p50))
        .put("runP99", times(steps, Step::runs, Percentiles::p99))
        .put("queued", array(steps, Step::queued));
  }

  private static JsonArray rates(List<Step> steps, ToDoubleFunction<Rates> rate) {
    return array(steps, step -> StatsJson.tenths(rate.applyAsDouble(step.rates())));
  }

  private static JsonArray times(
      List<Step> steps, Function<Step, Percentiles> which, ToLongFunction<Percentiles> value) {
    return array(
        steps,
        step -> {
          Percentiles times = which.apply(step);
          return times == null ? null : value.applyAsLong(times);
        });
  }

  private static JsonArray array(List<Step> steps, Function<Step, Object> value) {
    JsonArray array = new JsonArray();
    steps.forEach(step -> array.add(value.apply(step)));
    return array;
  }
}
