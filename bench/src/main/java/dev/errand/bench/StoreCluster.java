package dev.errand.bench;

import dev.errand.command.NodeProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A dispatcher, a worker and a client, each a process of its own with a fixed heap, in a secured
 * cluster on loopback.
 */
final class StoreCluster extends SecuredStage {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Pattern DISPATCHER_READY = Pattern.compile("dispatcher of cluster .* at ");
  private static final Pattern WORKER_READY = Pattern.compile("the dispatcher is there");

  /** More than are ever in flight. */
  private static final int SLOTS = 20_000;

  private final Setup setup;
  private final int httpPort = freePort();
  private NodeProcess dispatcher;

  /**
   * Where things are.
   *
   * @param home the folder that has the modules' folders
   * @param folder in which stores are made
   * @param dispatcherJvm more options of the dispatcher's JVM
   */
  record Setup(Path home, Path folder, List<String> dispatcherJvm) {}

  /** A cluster without nodes. */
  StoreCluster(Setup setup) throws IOException {
    super(setup.folder());
    this.setup = setup;
  }

  /** Starts one of each and waits for them. */
  void startAll(JsonObject store) throws Exception {
    startDispatcher(HEAP, store, new JsonObject());
    awaitDispatcher();
    startWorker();
    startClient();
  }

  /** Settings of a store in memory, or on this folder's disk. */
  JsonObject store(String kind) {
    return new JsonObject().put("kind", kind).put("path", storeFolder().toString());
  }

  /** Where the dispatcher serves HTTP. */
  int httpPort() {
    return httpPort;
  }

  Path storeFolder() {
    return folder().resolve("store");
  }

  /**
   * Starts a dispatcher, and does not wait for it.
   *
   * @param heap of its JVM, such as {@code 1g}
   */
  void startDispatcher(String heap, JsonObject store, JsonObject limits) throws IOException {
    JsonObject conf =
        new JsonObject()
            .put("cluster", firstMember())
            .put("http", new JsonObject().put("port", httpPort))
            .put("store", store)
            .put("limits", limits);
    dispatcher =
        start(
            "dispatcher",
            "dispatcher",
            conf,
            options(heap, setup.dispatcherJvm()),
            DISPATCHER_READY);
  }

  void awaitDispatcher() throws InterruptedException {
    awaitStart(dispatcher);
  }

  /** Ends the dispatcher at once, without its doing, and waits for that. */
  void killDispatcher() throws InterruptedException {
    kill(dispatcher);
  }

  /** Starts a worker and waits until the dispatcher has welcomed it. */
  void startWorker() throws IOException, InterruptedException {
    JsonObject slots = new JsonObject().put("eventLoop", SLOTS);
    JsonObject conf =
        new JsonObject()
            .put("cluster", otherMember())
            .put("worker", new JsonObject().put("slots", slots).put("drain", "1s"));
    awaitStart(start("worker", "worker-verticle", conf, options(HEAP, List.of()), WORKER_READY));
  }

  /** Starts a process for workers, without any yet, and waits until it has joined. */
  WorkerHost.Handle startHost(String name) throws Exception {
    Path conf = settings(name, new JsonObject().put("cluster", otherMember()));
    List<String> options =
        List.of(
            "-Djava.io.tmpdir=" + folder().resolve("tmp"),
            "-Dlogback.configurationFile=quiet-logback.xml");
    return new WorkerHost.Handle(
        this,
        startProgram(
            name, ChildJvm.builder(WorkerHost.class, HEAP, options, conf.toString(), name)));
  }

  /** Starts a client and waits until it has joined. */
  void startClient() throws Exception {
    Path conf = settings("client", new JsonObject().put("cluster", otherMember()));
    startClient(ChildJvm.builder(StoreClient.class, HEAP, conf.toString()));
  }

  /** The demo's options are for a quick start; these are the usual ones of a server. */
  private List<String> options(String heap, List<String> more) {
    List<String> options = new ArrayList<>();
    options.addAll(List.of("-Xms" + heap, "-Xmx" + heap));
    options.addAll(List.of("-XX:-UseSerialGC", "-XX:+UseG1GC", "-XX:TieredStopAtLevel=4"));
    options.add("-XX:+ExitOnOutOfMemoryError");
    options.add("-Djava.io.tmpdir=" + folder().resolve("tmp"));
    options.addAll(more);
    return options;
  }

  private NodeProcess start(
      String name, String module, JsonObject conf, List<String> options, Pattern ready)
      throws IOException {
    Path jar = setup.home().resolve(module).resolve("target").resolve(module + ".jar");
    NodeProcess.Launch launch =
        new NodeProcess.Launch(jar, settings(name, conf), options, List.of());
    return start(name, () -> NodeProcess.start(name, launch, ready));
  }

  /** The processor time that the dispatcher has taken, in nanoseconds. */
  long dispatcherNanos() {
    return dispatcher.handle().info().totalCpuDuration().orElseThrow().toNanos();
  }

  long dispatcherPid() {
    return dispatcher.handle().pid();
  }

  /** Waits until the dispatcher's statistics are like that; looks some times a second. */
  void awaitStats(Predicate<JsonObject> wanted, Duration atMost)
      throws InterruptedException, TimeoutException {
    CompletableFuture<Void> seen = new CompletableFuture<>();
    Runnable look =
        () -> {
          JsonObject stats = stats();
          if (stats != null && wanted.test(stats)) {
            seen.complete(null);
          }
        };
    await(seen, atMost, look);
  }

  /** Waits until the dispatcher has so many workers. */
  void awaitWorkers(int workers) throws InterruptedException, TimeoutException {
    awaitStats(stats -> stats.getJsonArray("workers").size() == workers, Duration.ofMinutes(1));
  }

  /** The dispatcher's statistics; null if nobody answers there. */
  JsonObject stats() {
    URI page = URI.create("http://127.0.0.1:" + httpPort + "/api/v1/stats");
    try {
      HttpRequest request = HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(10)).build();
      return new JsonObject(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
