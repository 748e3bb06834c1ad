package dev.errand.dispatcher.web;

import dev.errand.config.settings.HttpSettings;
import dev.errand.dispatcher.Await;
import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.EventLoop;
import dev.errand.dispatcher.MemoryTurns;
import dev.errand.dispatcher.TurnLoop;
import dev.errand.dispatcher.core.VirtualWorker;
import dev.errand.dispatcher.figures.Figures;
import dev.errand.dispatcher.figures.NodeState;
import dev.errand.dispatcher.store.TaskStore;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.WorkerHello;
import dev.errand.protocol.link.DispatcherLink;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A dispatcher on a store in memory that is served over HTTP, and a worker: tasks {@code echo}
 * succeed with their payload, {@code fail} fail for good, and {@code held} wait for the test.
 */
public final class WebFixture implements AutoCloseable {

  static final int MOST_PAYLOAD = 100_000;
  static final int MOST_QUEUED = 250_000;

  /** Of those who do not say how long. */
  static final Duration WAIT = Duration.ofMillis(300);

  /** A large upload takes some, where others use the machine. */
  private static final long SECONDS = 60;

  private static final Set<String> READS = Set.of("list", "read");
  private static final int TICK_MILLIS = 50;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final HttpClient http = HttpClient.newHttpClient();
  private TurnLoop turns;
  private Dispatch dispatch;
  private VirtualWorker worker;
  private WebDoor door;
  private boolean letGo;
  private volatile boolean holdsLists;
  private final AtomicInteger heldLists = new AtomicInteger();
  private final AtomicInteger reads = new AtomicInteger();
  private int port;

  /** Opens one; the worker comes at once. */
  public static WebFixture open() {
    return open(MOST_QUEUED);
  }

  /** One that has so many tasks at most that have not ended. */
  static WebFixture open(int mostQueued) {
    return open(mostQueued, door -> {});
  }

  /** One that is set up in some way before it opens. */
  static WebFixture open(int mostQueued, Consumer<WebDoor> setUp) {
    WebFixture fixture = new WebFixture();
    fixture.onLoop(
        () -> {
          fixture.start(mostQueued);
          setUp.accept(fixture.door);
          return null;
        });
    fixture.port = fixture.get(() -> fixture.door.open());
    Await.until(() -> !fixture.onLoop(() -> fixture.dispatch.snapshot().workers()).isEmpty());
    return fixture;
  }

  private void start(int mostQueued) {
    turns =
        MemoryTurns.open(
            context,
            MemoryTurns.limits(MOST_PAYLOAD, mostQueued),
            MemoryTurns.DEFAULTS,
            (node, peer, frame) -> toWorker(frame),
            this::holding);
    dispatch = new Dispatch(turns);
    worker =
        new VirtualWorker(
            9,
            new WorkerHello(
                "worker-9",
                "node-9",
                new Credit(0, 1_000),
                List.of(offer("echo"), offer("fail"), offer("held")),
                Map.of(),
                List.of(),
                false),
            new ToDispatcher());
    vertx.setPeriodic(TICK_MILLIS, any -> tick());
    tick();
    Figures figures = new Figures(dispatch, () -> NodeState.ALONE);
    door = new WebDoor(vertx, new HttpSettings("127.0.0.1", 0), dispatch, figures, WAIT);
  }

  private TaskStore holding(TaskStore store) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (READS.contains(method.getName())) {
            reads.incrementAndGet();
          }
          if (holdsLists && method.getName().equals("list")) {
            heldLists.incrementAndGet();
            return Promise.promise().future();
          }
          return method.invoke(store, arguments);
        };
    Class<?>[] types = {TaskStore.class};
    return (TaskStore) Proxy.newProxyInstance(TaskStore.class.getClassLoader(), types, handler);
  }

  /** Lists that are asked of the store from now on never come. */
  void holdLists() {
    holdsLists = true;
  }

  /** So many have not come. */
  int heldLists() {
    return heldLists.get();
  }

  /** How often the store was asked for tasks. */
  int reads() {
    return reads.get();
  }

  /** What the door serves. */
  List<Route> routes() {
    return onLoop(() -> door.router().getRoutes());
  }

  /** The door refuses what is new. */
  void refuse() {
    onLoop(
        () -> {
          door.refuse();
          return null;
        });
  }

  private static Offer offer(String type) {
    return new Offer(type, Pool.EVENT_LOOP, 0);
  }

  private void tick() {
    turns.tick();
    worker.link().tick(System.nanoTime());
  }

  private final class ToDispatcher implements DispatcherLink.Port {

    @Override
    public void send(byte[] frame) {
      context.runOnContext(any -> turns.receive(frame));
    }

    @Override
    public void request(byte[] frame, int answerMillis) {
      context.runOnContext(
          any -> {
            worker.link().answer(turns.request(frame), System.nanoTime());
            worker.link().flush();
          });
    }
  }

  private void toWorker(byte[] frame) {
    context.runOnContext(
        any -> {
          worker.link().receive(frame, System.nanoTime());
          run();
        });
  }

  private void run() {
    for (Grant grant : worker.all()) {
      switch (grant.type()) {
        case "echo" -> worker.succeeds(grant, grant.payload().text());
        case "fail" -> worker.fails(grant, ErrorKind.REJECTED);
        default -> {
          if (letGo) {
            worker.succeeds(grant, "\"let go\"");
          }
        }
      }
    }
    worker.link().flush();
  }

  /** Tasks {@code held} succeed from now on. */
  public void letGo() {
    onLoop(
        () -> {
          letGo = true;
          run();
          return null;
        });
  }

  /** What takes frames. */
  public TurnLoop turns() {
    return turns;
  }

  /** What is served. */
  public Dispatch dispatch() {
    return dispatch;
  }

  /** Where it runs. */
  public Vertx vertx() {
    return vertx;
  }

  /** What a step on the loop gives. */
  public <T> T onLoop(Callable<T> step) {
    return new EventLoop(context).run(step);
  }

  /** What comes of a call on the loop. */
  public <T> T get(Callable<Future<T>> call) {
    return new EventLoop(context).get(call);
  }

  /** What came back. */
  record Answer(int status, Map<String, List<String>> headers, String body) {

    JsonObject json() {
      return new JsonObject(body);
    }

    /** Null if it is not there. */
    String header(String name) {
      List<String> all = headers.get(name.toLowerCase(Locale.ROOT));
      return all == null ? null : all.get(0);
    }

    /** Its lines, each a JSON object. */
    List<JsonObject> lines() {
      return body.lines().map(JsonObject::new).toList();
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(SECONDS));
  }

  Answer get(String path) {
    return send(request(path));
  }

  /** Posts JSON. */
  Answer post(String path, String body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** Posts nothing. */
  Answer post(String path) {
    return send(request(path).POST(HttpRequest.BodyPublishers.noBody()));
  }

  /** Posts lines, or puts them to a batch's path. */
  Answer upload(String method, String path, String lines) {
    return send(
        request(path)
            .header("Content-Type", "application/x-ndjson")
            .method(method, HttpRequest.BodyPublishers.ofString(lines)));
  }

  Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.headers().map(), response.body());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A connection without anybody who sees to what goes over it. */
  Socket socket() throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
    return socket;
  }

  HttpClient http() {
    return http;
  }

  @Override
  public void close() {
    CountDownLatch closed = new CountDownLatch(1);
    vertx.close().onComplete(any -> closed.countDown());
    try {
      closed.await(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
