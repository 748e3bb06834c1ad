package dev.errand.bench;

import dev.errand.command.NodeProcess;
import dev.errand.config.security.AuthKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * A dispatcher, a worker and a client, each a process of its own with a fixed heap, in a secured
 * cluster on loopback with a fresh key, in a folder that is gone at the end. {@link #close} may be
 * called from any thread, more than once; all else is for one thread.
 */
final class StoreCluster implements AutoCloseable {

  static final String DISPATCHER_HEAP = "1g";
  static final String WORKER_HEAP = "1g";
  static final String CLIENT_HEAP = "1g";

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Pattern DISPATCHER_READY = Pattern.compile("dispatcher of cluster .* at ");
  private static final Pattern WORKER_READY = Pattern.compile("the dispatcher is there");
  private static final long START_SECONDS = 300;
  private static final long END_SECONDS = 30;

  /** More than are ever in flight. */
  private static final int SLOTS = 20_000;

  private static final long SPARE_MILLIS = 120_000;
  private static final long LOOK_MILLIS = 50;

  private final Setup setup;
  private final Path folder;
  private final int memberPort = freePort();
  private final int httpPort = freePort();
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final CompletableFuture<Void> broken = new CompletableFuture<>();
  private NodeProcess dispatcher;
  private ClientProcess client;
  private boolean closed;

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
    this.setup = setup;
    // Throws while the process ends: then nothing must be made any more.
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "bench-end"));
    this.folder = Files.createTempDirectory(setup.folder(), "errand-bench");
    Files.createDirectory(folder.resolve("tmp"));
    Path file =
        Files.createFile(
            folder.resolve("authkey"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, AuthKey.random().text());
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts one of each and waits for them. */
  void startAll(JsonObject store) throws Exception {
    startDispatcher(DISPATCHER_HEAP, store, new JsonObject());
    awaitDispatcher();
    startWorker();
    startClient();
  }

  /** Settings of a store in memory, or on this folder's disk. */
  JsonObject store(String kind) {
    return new JsonObject().put("kind", kind).put("path", storeFolder().toString());
  }

  Path storeFolder() {
    return folder.resolve("store");
  }

  /**
   * Starts a dispatcher, and does not wait for it.
   *
   * @param heap of its JVM, such as {@code 1g}
   */
  void startDispatcher(String heap, JsonObject store, JsonObject limits) throws IOException {
    JsonObject conf =
        new JsonObject()
            .put("cluster", cluster().put("memberPort", memberPort))
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
    dispatcher.awaitStart(START_SECONDS);
  }

  /** Ends the dispatcher at once, without its doing, and waits for that. */
  void killDispatcher() throws InterruptedException {
    synchronized (nodes) {
      nodes.remove(dispatcher);
    }
    dispatcher.kill();
    dispatcher.awaitEnd(END_SECONDS);
  }

  /** Starts a worker and waits until the dispatcher has welcomed it. */
  void startWorker() throws IOException, InterruptedException {
    JsonObject slots = new JsonObject().put("eventLoop", SLOTS);
    JsonObject conf =
        new JsonObject()
            .put("cluster", cluster().put("peers", peers()))
            .put("worker", new JsonObject().put("slots", slots).put("drain", "1s"));
    start("worker", "worker-verticle", conf, options(WORKER_HEAP, List.of()), WORKER_READY)
        .awaitStart(START_SECONDS);
  }

  /** Starts a client and waits until it has joined. */
  void startClient() throws Exception {
    Path conf = write("client", new JsonObject().put("cluster", cluster().put("peers", peers())));
    synchronized (nodes) {
      checkOpen();
      client = ClientProcess.start(CLIENT_HEAP, conf);
    }
    await(client.ready(), Duration.ofSeconds(START_SECONDS), () -> {});
  }

  private JsonObject cluster() {
    return new JsonObject()
        .put("name", "errand-bench")
        .put("authKeyFile", folder.resolve("authkey").toString());
  }

  private JsonArray peers() {
    return new JsonArray().add("127.0.0.1:" + memberPort);
  }

  /** The demo's options are for a quick start; these are the usual ones of a server. */
  private List<String> options(String heap, List<String> more) {
    List<String> options = new ArrayList<>();
    options.addAll(List.of("-Xms" + heap, "-Xmx" + heap));
    options.addAll(List.of("-XX:-UseSerialGC", "-XX:+UseG1GC", "-XX:TieredStopAtLevel=4"));
    options.add("-XX:+ExitOnOutOfMemoryError");
    options.add("-Djava.io.tmpdir=" + folder.resolve("tmp"));
    options.addAll(more);
    return options;
  }

  private NodeProcess start(
      String name, String module, JsonObject conf, List<String> options, Pattern ready)
      throws IOException {
    Path jar = setup.home().resolve(module).resolve("target").resolve(module + ".jar");
    NodeProcess.Launch launch = new NodeProcess.Launch(jar, write(name, conf), options, List.of());
    synchronized (nodes) {
      checkOpen();
      NodeProcess node = NodeProcess.start(name, launch, ready);
      nodes.add(node);
      node.handle().onExit().thenRun(() -> ended(name, node));
      return node;
    }
  }

  private Path write(String name, JsonObject conf) throws IOException {
    return Files.writeString(folder.resolve(name + ".json"), conf.encode());
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the measurement is ending");
    }
  }

  private void ended(String name, NodeProcess node) {
    synchronized (nodes) {
      if (!closed && nodes.contains(node)) {
        List<String> log = node.log();
        String last = log.isEmpty() ? "nothing" : log.get(log.size() - 1);
        broken.completeExceptionally(
            new IllegalStateException("the " + name + " has ended; it said last: " + last));
      }
    }
  }

  /** Lets the client work, and waits for that. */
  Tally run(Work work) throws InterruptedException, TimeoutException {
    return await(ask(work), longest(work), () -> {});
  }

  /** A task a millisecond is slow. */
  static Duration longest(Work work) {
    return Duration.ofMillis(
        SPARE_MILLIS + work.warmUpMillis() + Math.min(work.millis(), work.tasks()));
  }

  /** Lets the client work. */
  CompletableFuture<Tally> ask(Work work) {
    return client.ask(work);
  }

  /**
   * Waits for an answer.
   *
   * @param look what is done at the beginning and some times a second meanwhile
   * @throws IllegalStateException if that failed, or a node has ended
   */
  <T> T await(CompletableFuture<T> answer, Duration atMost, Runnable look)
      throws InterruptedException, TimeoutException {
    CompletableFuture<?> either = CompletableFuture.anyOf(answer, broken);
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < atMost.toNanos()) {
      look.run();
      try {
        either.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return answer.join();
      } catch (TimeoutException e) {
        // Once more.
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause().getMessage(), e);
      }
    }
    throw new TimeoutException("not done in " + atMost);
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

  @Override
  public void close() {
    synchronized (nodes) {
      if (closed) {
        return;
      }
      closed = true;
      try {
        if (client != null) {
          client.close();
        }
        for (int i = nodes.size() - 1; i >= 0; i--) {
          nodes.get(i).end();
          nodes.get(i).awaitEnd(END_SECONDS);
        }
      } catch (InterruptedException e) {
        nodes.forEach(NodeProcess::kill);
        Thread.currentThread().interrupt();
      }
      Folders.delete(folder);
    }
  }
}
