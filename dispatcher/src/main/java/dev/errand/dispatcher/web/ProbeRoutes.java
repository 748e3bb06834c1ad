package dev.errand.dispatcher.web;

import dev.errand.dispatcher.figures.Figures;
import io.vertx.core.Vertx;
import io.vertx.ext.healthchecks.Status;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.healthchecks.HealthCheckHandler;
import java.util.function.BooleanSupplier;

/** {@code /livez} and {@code /readyz}, open to everyone. */
final class ProbeRoutes implements Routes {

  private final Vertx vertx;
  private final Figures figures;

  ProbeRoutes(Vertx vertx, Figures figures) {
    this.vertx = vertx;
    this.figures = figures;
  }

  @Override
  public void mount(Router router, Access access) {
    router.get("/livez").handler(probe("alive", () -> figures.node().alive()));
    router.get("/readyz").handler(probe("ready", figures::isReady));
  }

  private HealthCheckHandler probe(String name, BooleanSupplier well) {
    return HealthCheckHandler.create(vertx)
        .register(
            name, promise -> promise.complete(well.getAsBoolean() ? Status.OK() : Status.KO()));
  }
}
