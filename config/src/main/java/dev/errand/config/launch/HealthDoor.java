package dev.errand.config.launch;

import dev.errand.config.cluster.AddressInUseException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /livez} and {@code /readyz} of a node at a port of their own, for whoever supervises it:
 * 200 or 503, and nothing else. On the event loop of whoever opens it, so an answer shows that it
 * goes round.
 */
public final class HealthDoor {

  private static final Logger log = LoggerFactory.getLogger(HealthDoor.class);
  private static final int IDLE_SECONDS = 10;
  private static final int MOST_CHARACTERS = 1_024;

  /** Of whoever supervises it there is one, or a few. */
  static final int MOST_CONNECTIONS = 100;

  private final Set<HttpConnection> connections = new LinkedHashSet<>();
  private final BooleanSupplier alive;
  private final BooleanSupplier ready;

  /**
   * A door.
   *
   * @param alive whether the node can go on as it is
   * @param ready whether the node does its work
   */
  public HealthDoor(BooleanSupplier alive, BooleanSupplier ready) {
    this.alive = alive;
    this.ready = ready;
  }

  /**
   * Opens it, and logs where it is; it is closed with the verticle of this context.
   *
   * @param port 0: any free one
   * @param key of the settings, which has the port
   * @return the port; fails with {@link AddressInUseException} if it is taken
   */
  public Future<Integer> open(Vertx vertx, String host, int port, String key) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(host)
            .setPort(port)
            .setIdleTimeout(IDLE_SECONDS)
            .setIdleTimeoutUnit(TimeUnit.SECONDS)
            // A connection would not be known before its first bytes.
            .setHttp2ClearTextEnabled(false)
            .setMaxInitialLineLength(MOST_CHARACTERS)
            .setMaxHeaderSize(MOST_CHARACTERS);
    return vertx
        .createHttpServer(options)
        .connectionHandler(this::opened)
        .requestHandler(this::answer)
        .listen()
        .map(server -> server.actualPort())
        .onSuccess(actual -> log.info("says at {}:{} whether it is alive and ready", host, actual))
        .recover(
            failure -> Future.failedFuture(AddressInUseException.orSame(failure, host, port, key)));
  }

  /** Whoever comes is let in; those who stay use up no more of the node than so many. */
  private void opened(HttpConnection connection) {
    if (connections.size() == MOST_CONNECTIONS) {
      HttpConnection oldest = connections.iterator().next();
      connections.remove(oldest);
      oldest.close();
    }
    connections.add(connection);
    connection.closeHandler(any -> connections.remove(connection));
  }

  private void answer(HttpServerRequest request) {
    request.response().setStatusCode(status(request)).end();
  }

  private int status(HttpServerRequest request) {
    if (request.method() != HttpMethod.GET) {
      return 405;
    }
    if ("/livez".equals(request.path())) {
      return status(alive);
    }
    return "/readyz".equals(request.path()) ? status(ready) : 404;
  }

  private static int status(BooleanSupplier well) {
    return well.getAsBoolean() ? 200 : 503;
  }
}
