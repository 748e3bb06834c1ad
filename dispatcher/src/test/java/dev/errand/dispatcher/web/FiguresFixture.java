package dev.errand.dispatcher.web;

import dev.errand.config.settings.HttpSettings;
import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.EventLoop;
import dev.errand.dispatcher.MemoryTurns;
import dev.errand.dispatcher.TurnLoop;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.VirtualWorker;
import dev.errand.dispatcher.figures.Figures;
import dev.errand.dispatcher.figures.NodeState;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.WorkerHello;
import dev.errand.protocol.link.DispatcherLink;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A dispatcher on a store in memory that is served over HTTP; workers do what the test says. */
final class FiguresFixture implements AutoCloseable {

  private static final long SECONDS = 20;
  private static final int TICK_MILLIS = 50;
  private static final int SECOND_MILLIS = 1_000;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Long, VirtualWorker> workers = new HashMap<>();
  private long lastWorker;
  private TurnLoop turns;
  private Dispatch dispatch;
  private Figures figures;
  private WebDoor door;
  private int port;

  /** Null: nobody knows, and no figures can be read. */
  volatile NodeState node = NodeState.ALONE;

  /** What nobody has caught. */
  final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

  static FiguresFixture open() {
    return open(door -> {});
  }

  /** One that is set up in some way before it opens. */
  static FiguresFixture open(Consumer<WebDoor> setUp) {
    FiguresFixture fixture = new FiguresFixture();
    fixture.onLoop(
        () -> {
          fixture.start();
          setUp.accept(fixture.door);
          return null;
        });
    fixture.port = fixture.get(() -> fixture.door.open());
    return fixture;
  }

  private void start() {
    vertx.exceptionHandler(uncaught::add);
    turns =
        MemoryTurns.open(
            context,
            MemoryTurns.limits(1_000, 1_000_000),
            new CoreSettings.Defaults(60_000, 2, 1),
            (node, peer, frame) -> toWorker(peer, frame));
    dispatch = new Dispatch(turns);
    figures = new Figures(dispatch, () -> Objects.requireNonNull(node));
    vertx.setPeriodic(SECOND_MILLIS, any -> figures.tick());
    vertx.setPeriodic(TICK_MILLIS, any -> tick());
    door = new WebDoor(vertx, new HttpSettings("127.0.0.1", 0), dispatch, figures, Duration.ZERO);
  }

  private void tick() {
    turns.tick();
    workers.values().forEach(worker -> worker.link().tick(System.nanoTime()));
  }

  /** A worker comes, with so many slots for all its types. */
  VirtualWorker worker(String name, int slots, String... types) {
    return onLoop(
        () -> {
          long incarnation = ++lastWorker;
          VirtualWorker worker =
              new VirtualWorker(
                  incarnation,
                  new WorkerHello(
                      name,
                      "node-of-" + name,
                      new Credit(0, slots),
                      Stream.of(types).map(type -> new Offer(type, Pool.EVENT_LOOP, 0)).toList(),
                      Map.of("zone", "a"),
                      List.of(),
                      false),
                  new ToDispatcher(incarnation));
          workers.put(incarnation, worker);
          worker.link().tick(System.nanoTime());
          return worker;
        });
  }

  /** Its node leaves the cluster. */
  void lose(VirtualWorker worker, String name) {
    onLoop(
        () -> {
          workers.values().remove(worker);
          turns.nodeLeft("node-of-" + name);
          return null;
        });
  }

  private final class ToDispatcher implements DispatcherLink.Port {

    private final long worker;

    ToDispatcher(long worker) {
      this.worker = worker;
    }

    @Override
    public void send(byte[] frame) {
      context.runOnContext(any -> turns.receive(frame));
    }

    @Override
    public void request(byte[] frame, int answerMillis) {
      context.runOnContext(
          any -> {
            byte[] answer = turns.request(frame);
            if (workers.containsKey(worker)) {
              workers.get(worker).link().answer(answer, System.nanoTime());
              workers.get(worker).link().flush();
            }
          });
    }
  }

  private void toWorker(long incarnation, byte[] frame) {
    context.runOnContext(
        any -> {
          VirtualWorker worker = workers.get(incarnation);
          if (worker != null) {
            worker.link().receive(frame, System.nanoTime());
            worker.link().flush();
          }
        });
  }

  /** For the figures so many seconds pass, beside those that do. */
  void seconds(int many) {
    onLoop(
        () -> {
          for (int i = 0; i < many; i++) {
            figures.tick();
          }
          return null;
        });
  }

  /** All threads that may block do, until that. */
  void block(CountDownLatch until) {
    onLoop(
        () -> {
          for (int i = 0; i < VertxOptions.DEFAULT_WORKER_POOL_SIZE; i++) {
            vertx.executeBlocking(
                () -> {
                  until.await();
                  return null;
                },
                false);
          }
          return null;
        });
  }

  /** What is written in a row waits until that. */
  void blockRow(CountDownLatch until) {
    onLoop(
        () ->
            vertx.executeBlocking(
                () -> {
                  until.await();
                  return null;
                }));
  }

  Dispatch dispatch() {
    return dispatch;
  }

  EventStream events() {
    return door.events();
  }

  int port() {
    return port;
  }

  <T> T onLoop(Callable<T> step) {
    return new EventLoop(context).run(step);
  }

  /** What comes of a call on the loop. */
  <T> T get(Callable<Future<T>> call) {
    return new EventLoop(context).get(call);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(SECONDS));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  CompletableFuture<HttpResponse<String>> begin(String path) {
    return http.sendAsync(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** What is there. */
  JsonObject json(String path) {
    HttpResponse<String> answer = send(request(path));
    if (answer.statusCode() != 200) {
      throw new AssertionError(path + ": " + answer.statusCode() + " " + answer.body());
    }
    return new JsonObject(answer.body());
  }

  HttpResponse<String> put(String path, String body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> post(String path) {
    return send(request(path).POST(HttpRequest.BodyPublishers.noBody()));
  }

  @Override
  public void close() {
    get(() -> door.close());
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
