package dev.errand.dispatcher.web;

import dev.errand.config.settings.HttpSettings;
import dev.errand.dispatcher.Dispatch;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.healthchecks.Status;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.healthchecks.HealthCheckHandler;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Serves the probes and the statistics. Its handlers run on the dispatcher's event loop. */
public final class WebDoor {

  private static final int IDLE_SECONDS = 60;

  private final Vertx vertx;
  private final HttpSettings settings;
  private final Dispatch dispatch;
  private final BooleanSupplier alive;
  private final BooleanSupplier ready;
  private HttpServer server;

  /**
   * A door that is closed yet.
   *
   * @param alive whether the node can go on as it is
   * @param ready whether the node is open, and its cluster in one part
   */
  public WebDoor(
      Vertx vertx,
      HttpSettings settings,
      Dispatch dispatch,
      BooleanSupplier alive,
      BooleanSupplier ready) {
    this.vertx = vertx;
    this.settings = settings;
    this.dispatch = dispatch;
    this.alive = alive;
    this.ready = ready;
  }

  /** Opens; the port that it listens on, or the failure to. */
  public Future<Integer> open() {
    Router router = Router.router(vertx);
    router.get("/livez").handler(probe("alive", alive));
    router.get("/readyz").handler(probe("ready", this::ready));
    router
        .get("/api/v1/stats")
        .handler(request -> request.json(StatsJson.encode(dispatch.snapshot())));
    HttpServerOptions options =
        new HttpServerOptions()
            .setIdleTimeout(IDLE_SECONDS)
            .setIdleTimeoutUnit(TimeUnit.SECONDS)
            .setDecompressionSupported(false);
    server = vertx.createHttpServer(options).requestHandler(router);
    return server.listen(settings.port(), settings.host()).map(HttpServer::actualPort);
  }

  private boolean ready() {
    return dispatch.storeFailure() == null && ready.getAsBoolean();
  }

  private HealthCheckHandler probe(String name, BooleanSupplier well) {
    return HealthCheckHandler.create(vertx)
        .register(
            name, promise -> promise.complete(well.getAsBoolean() ? Status.OK() : Status.KO()));
  }

  /** Closes. */
  public Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.close();
  }
}
