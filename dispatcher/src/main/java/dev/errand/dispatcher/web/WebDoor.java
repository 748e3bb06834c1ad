package dev.errand.dispatcher.web;

import dev.errand.config.cluster.AddressInUseException;
import dev.errand.config.launch.HealthDoor;
import dev.errand.config.settings.HttpSettings;
import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import dev.errand.dispatcher.figures.Figures;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/** Serves HTTP. Its handlers run on the dispatcher's event loop. */
public final class WebDoor {

  static final int MOST_CONNECTIONS = 10_000;
  private static final int MOST_LINE_BYTES = 8_192;
  private static final int MOST_HEADER_BYTES = 16_384;
  private static final int HANDSHAKE_SECONDS = 10;
  private static final int RETRY_MILLIS = 1_000;

  /** Of the largest; where the heap has room, more. */
  private static final long AT_LEAST = 4;

  private static final Pattern BROKEN_ESCAPE = Pattern.compile("^[^?]*%(?![0-9A-Fa-f]{2})");

  private final Vertx vertx;
  private final HttpSettings settings;
  private final Dispatch dispatch;
  private final Figures figures;
  private final Duration usualWait;
  private final EventStream events;
  private final Actions actions;
  private final Sessions sessions;
  private MetricsRoutes metrics;
  private Connections connections;
  private HttpServer server;
  private long looks;
  private boolean refusing;
  private ByteRoom bodies;
  private ByteRoom results;
  private LargeAnswers answers;

  /**
   * A door that is closed yet.
   *
   * @param usualWait of callers who do not say how long they wait for a task
   */
  public WebDoor(
      Vertx vertx, HttpSettings settings, Dispatch dispatch, Figures figures, Duration usualWait) {
    this.vertx = vertx;
    this.settings = settings;
    this.dispatch = dispatch;
    this.figures = figures;
    this.usualWait = usualWait;
    this.events = new EventStream(vertx, dispatch, figures);
    this.actions = new Actions(figures.sequence(), events);
    admit(MOST_CONNECTIONS, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    share(
        ByteRoom.ofHeap(AT_LEAST * (dispatch.mostPayload() + TaskRoutes.AROUND_PAYLOAD)),
        ByteRoom.ofHeap(AT_LEAST * ResultStream.most(dispatch)),
        ByteRoom.ofHeap(AT_LEAST * dispatch.mostOfTask()));
    this.sessions = new Sessions(vertx, settings.tokens(), settings.tls() != null);
    sessions.onGone(events::forget);
  }

  /**
   * How many callers are admitted, and which clock says whether they have used up its patience; to
   * be set before it opens.
   *
   * @param most of their connections
   * @param clock in milliseconds, from any start
   */
  void admit(int most, LongSupplier clock) {
    connections = new Connections(most, Patience.USUAL, clock);
  }

  /**
   * What those share who send or read slowly; to be set before it opens.
   *
   * @param bodies that are not at their ends yet
   * @param results of batches, on their way
   * @param answers that are large, until they are sent
   */
  void share(ByteRoom bodies, ByteRoom results, ByteRoom answers) {
    this.bodies = bodies;
    this.results = results;
    this.answers = new LargeAnswers(answers);
  }

  /**
   * Opens, and with it the port for probes alone, if there is one: that has room for them however
   * many callers there are.
   *
   * @return the port that it listens on; fails with {@link AddressInUseException} if one is taken
   */
  public Future<Integer> open() {
    metrics = new MetricsRoutes(figures, events, answers);
    server =
        vertx
            .createHttpServer(options(settings))
            .connectionHandler(connections::opened)
            .invalidRequestHandler(new InvalidRequests())
            .requestHandler(requests(router()));
    looks = vertx.setPeriodic(Connections.LOOK_MILLIS, any -> connections.look());
    return server
        .listen(settings.port(), settings.host())
        .recover(this::taken)
        .compose(any -> openHealth())
        .map(any -> server.actualPort());
  }

  private Future<HttpServer> taken(Throwable failure) {
    return Future.failedFuture(
        AddressInUseException.orSame(failure, settings.host(), settings.port(), "http.port"));
  }

  private Future<?> openHealth() {
    return settings.healthPort().isEmpty()
        ? Future.succeededFuture()
        : new HealthDoor(() -> figures.node().alive(), figures::isReady)
            .open(
                vertx, settings.host(), settings.healthPort().getAsInt(), HttpSettings.HEALTH_PORT);
  }

  static HttpServerOptions options(HttpSettings settings) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setMaxInitialLineLength(MOST_LINE_BYTES)
            .setMaxHeaderSize(MOST_HEADER_BYTES)
            .setDecompressionSupported(false)
            // A connection would not be known before its first bytes.
            .setHttp2ClearTextEnabled(false)
            .setTcpKeepAlive(true);
    if (settings.tls() == null) {
      return options;
    }
    return options
        .setSsl(true)
        .setUseAlpn(true)
        .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(settings.tls().certificate()))
                .addKeyValue(Buffer.buffer(settings.tls().key())));
  }

  /** The router itself refuses some. */
  private Handler<HttpServerRequest> requests(Router router) {
    return request -> {
      connections.begun(request);
      AnswerHeaders.put(request.response());
      if (BROKEN_ESCAPE.matcher(request.uri()).find()) {
        // The router can't read it, and would say so in its own way.
        new Problem(
                ProblemType.INVALID, "the path has a % without two hexadecimal digits behind it")
            .send(request.response());
        return;
      }
      router.handle(request);
    };
  }

  /** All routes, each behind the role that it needs. */
  Router router() {
    Router router = Router.router(vertx);
    Access access = new Access(settings.tokens(), sessions);
    // Whoever supervises the node asks for these by whatever address it has.
    new ProbeRoutes(vertx, figures).mount(router, access);
    router.route().handler(this::refuseAtTheEnd);
    router.route().handler(new HostCheck(settings)).handler(new OriginCheck());
    for (Routes routes : all()) {
      routes.mount(router, access);
    }
    new Failures().mount(router);
    return router;
  }

  /** What it tells whoever listens. */
  EventStream events() {
    return events;
  }

  private void refuseAtTheEnd(RoutingContext request) {
    if (refusing) {
      throw Problem.later(
          ProblemType.NOT_READY,
          "this dispatcher ends: ask the next one, which has all that was taken",
          RETRY_MILLIS);
    }
    request.next();
  }

  private List<Routes> all() {
    return List.of(
        new PageRoutes(),
        new DescriptionRoutes(),
        new SessionRoutes(settings.tokens(), sessions),
        new StatsRoutes(figures, events, answers),
        new SeriesRoutes(figures),
        new FailureRoutes(figures),
        new TypeRoutes(dispatch, figures, answers, actions),
        new WorkerRoutes(dispatch, figures, answers, actions),
        new EventRoutes(events),
        new ActionRoutes(actions),
        metrics,
        new TaskRoutes(dispatch, usualWait, bodies, answers, actions),
        new BatchRoutes(dispatch, connections, bodies, results, actions));
  }

  /** From now on nothing is answered but the probes, and what was asked before. */
  public void refuse() {
    refusing = true;
  }

  /** Closes. */
  public Future<Void> close() {
    if (server == null) {
      return Future.succeededFuture();
    }
    metrics.close();
    vertx.cancelTimer(looks);
    return server.close();
  }
}
