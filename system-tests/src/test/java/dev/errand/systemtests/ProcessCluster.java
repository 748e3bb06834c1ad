package dev.errand.systemtests;

import dev.errand.command.NodeProcess;
import dev.errand.config.cluster.Membership;
import dev.errand.config.cluster.SecureCluster;
import dev.errand.config.security.AuthKey;
import dev.errand.config.security.Credentials;
import dev.errand.config.security.SharedKeys;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import dev.errand.protocol.Task;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Nodes as users start them, each a process; all are gone when it is closed. */
final class ProcessCluster implements AutoCloseable {

  static final Pattern DISPATCHER_READY =
      Pattern.compile("dispatcher of cluster .* at \\S+, (\\S+)");
  static final Pattern WORKER_READY = Pattern.compile("the dispatcher is there");
  private static final long SECONDS = 60;

  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 30_000;
  private static final int PORTS_TRIED = 1_000;
  private static final Set<Integer> PORTS = ConcurrentHashMap.newKeySet();

  final AuthKey key = AuthKey.random();
  final String name = "test-" + UUID.randomUUID();
  final int memberPort = freePort();
  final int busPort = freePort();
  private final Path folder;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private String page;
  private Vertx vertx;
  private TaskClient client;

  ProcessCluster(Path folder) throws IOException {
    this.folder = folder;
    Path file = Files.writeString(folder.resolve("authkey"), key.text());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  static Path root() {
    return Path.of(System.getProperty("errand.root", "..")).toAbsolutePath().normalize();
  }

  /**
   * A port that is free, and that nobody else gets: it is given once, and systems give others to
   * those who do not care which. So it is still free when a node starts there, or starts again.
   */
  static int freePort() {
    for (int i = 0; i < PORTS_TRIED; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      if (PORTS.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port is free");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
  }

  JsonObject clusterConf() {
    return new JsonObject()
        .put("name", name)
        .put("authKeyFile", folder.resolve("authkey").toString());
  }

  JsonObject dispatcherConf() {
    return new JsonObject()
        .put("cluster", clusterConf().put("memberPort", memberPort).put("busPort", busPort))
        .put("http", new JsonObject().put("port", 0))
        .put("store", new JsonObject().put("kind", "memory"))
        .put("defaults", new JsonObject().put("backoff", "50ms"));
  }

  /** Settings of a store on the disk, in a folder below the cluster's. */
  JsonObject diskStore(String name) {
    return new JsonObject().put("kind", "disk").put("path", folder.resolve(name).toString());
  }

  /** A dispatcher with other options of the JVM and the launcher. */
  NodeProcess dispatcher(List<String> jvmOptions, List<String> arguments) throws Exception {
    Path conf = write("dispatcher", dispatcherConf());
    NodeProcess.Launch launch =
        new NodeProcess.Launch(jar("dispatcher"), conf, jvmOptions, arguments);
    NodeProcess node = add(NodeProcess.start("dispatcher", launch, DISPATCHER_READY));
    page = node.awaitStart(SECONDS).group(1);
    return node;
  }

  NodeProcess startSecondDispatcher() throws Exception {
    JsonArray peers = new JsonArray().add("127.0.0.1:" + memberPort);
    JsonObject conf =
        new JsonObject()
            .put("cluster", clusterConf().put("memberPort", 0).put("peers", peers))
            .put("http", new JsonObject().put("port", 0))
            .put("store", new JsonObject().put("kind", "memory"));
    return start("second", "dispatcher", conf, DISPATCHER_READY);
  }

  NodeProcess dispatcher() throws Exception {
    return dispatcher(dispatcherConf());
  }

  NodeProcess dispatcher(JsonObject conf) throws Exception {
    NodeProcess node = startDispatcher(conf);
    page = node.awaitStart(SECONDS).group(1);
    return node;
  }

  NodeProcess startDispatcher(JsonObject conf) throws IOException {
    return start("dispatcher", "dispatcher", conf, DISPATCHER_READY);
  }

  JsonObject workerConf(String worker) {
    JsonArray peers = new JsonArray().add("127.0.0.1:" + memberPort);
    return new JsonObject()
        .put("cluster", clusterConf().put("peers", peers))
        .put("worker", new JsonObject().put("name", worker).put("drain", "5s"));
  }

  NodeProcess startWorker(String worker) throws Exception {
    return startWorker(worker, workerConf(worker));
  }

  NodeProcess startWorker(String worker, JsonObject conf) throws Exception {
    return start(worker, "worker-verticle", conf, WORKER_READY);
  }

  /** A worker from another jar. */
  NodeProcess startWorker(String worker, Path jar) throws Exception {
    return startWorker(worker, jar, workerConf(worker));
  }

  /** A worker from another jar; its settings may give it another name than this. */
  NodeProcess startWorker(String node, Path jar, JsonObject conf) throws Exception {
    NodeProcess.Launch launch = new NodeProcess.Launch(jar, write(node, conf));
    return add(NodeProcess.start(node, launch, WORKER_READY));
  }

  NodeProcess worker(String worker) throws Exception {
    return worker(worker, workerConf(worker));
  }

  NodeProcess worker(String worker, JsonObject conf) throws Exception {
    NodeProcess node = startWorker(worker, conf);
    node.awaitStart(SECONDS);
    return node;
  }

  private NodeProcess start(String node, String module, JsonObject conf, Pattern ready)
      throws IOException {
    return add(
        NodeProcess.start(node, new NodeProcess.Launch(jar(module), write(node, conf)), ready));
  }

  /** A path in the cluster's folder. */
  Path file(String file) {
    return folder.resolve(file);
  }

  private Path write(String node, JsonObject conf) throws IOException {
    return Files.writeString(folder.resolve(node + ".json"), conf.encode());
  }

  static Path jar(String module) {
    return root().resolve(module).resolve("target").resolve(module + ".jar");
  }

  /** One more, to be killed at the end. */
  NodeProcess add(NodeProcess node) {
    nodes.add(node);
    return node;
  }

  TaskClient client() throws Exception {
    return client(new SharedKeys(key));
  }

  /** The test's own node, with these credentials if it is not there yet. */
  TaskClient client(Credentials credentials) throws Exception {
    if (client == null) {
      List<PeerAddress> peers = List.of(new PeerAddress("127.0.0.1", memberPort));
      vertx =
          get(
              SecureCluster.join(
                  new ClusterSettings(
                      name, "127.0.0.1", 0, 0, ClusterSettings.Search.of(peers), credentials),
                  "client"));
      client =
          get(
              TaskClient.create(
                  vertx, Membership.of(vertx).cluster(), Membership.of(vertx).local().nodeId()));
    }
    return client;
  }

  /** The test's own node leaves. */
  void clientLeaves() throws Exception {
    if (vertx != null) {
      get(client.close());
      get(vertx.close());
      vertx = null;
      client = null;
    }
  }

  Task task(String id) throws Exception {
    return find(client(), id);
  }

  /** A task as it stands; a dispatcher that is late is asked again, as a client soon gives up. */
  static Task find(TaskClient client, String id) throws Exception {
    return get(client.get(id).recover(late -> client.get(id)));
  }

  /** Where the dispatcher serves HTTP. */
  int port() {
    return URI.create(page).getPort();
  }

  JsonObject stats() throws Exception {
    return stats(http, page);
  }

  private static JsonObject stats(HttpClient http, String page) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(page + "/api/v1/stats")).build(),
            HttpResponse.BodyHandlers.ofString());
    return new JsonObject(answer.body());
  }

  /** Tells a worker to leave, over HTTP as people do. */
  void drain(String worker) throws Exception {
    drain(http, page, worker);
  }

  static void drain(HttpClient http, String page, String worker) throws Exception {
    String id =
        workers(http, page).stream()
            .filter(each -> each.getString("name").equals(worker))
            .map(each -> each.getString("id"))
            .findAny()
            .orElseThrow();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(page + "/api/v1/workers/" + id + "/drain"))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
  }

  private static List<JsonObject> workers(HttpClient http, String page) throws Exception {
    return stats(http, page).getJsonArray("workers").stream().map(JsonObject.class::cast).toList();
  }

  /** Sends a signal by its name, such as STOP, to a process that this test started. */
  static void signal(NodeProcess node, String signal) throws Exception {
    Process kill =
        new ProcessBuilder("sh", "-c", "kill -" + signal + " " + node.handle().pid()).start();
    if (kill.waitFor() != 0) {
      throw new IllegalStateException("kill -" + signal + " failed");
    }
  }

  /** Prints what all nodes have logged of late, those that were killed too. */
  void tellLogs() {
    for (NodeProcess node : nodes) {
      System.out.println("process " + node.handle().pid() + ":");
      node.log().forEach(line -> System.out.println("  " + line));
    }
  }

  @Override
  public void close() {
    try {
      clientLeaves();
    } catch (Exception e) {
      throw new IllegalStateException("the test's own node can't leave", e);
    } finally {
      nodes.forEach(NodeProcess::kill);
      nodes.forEach(node -> node.handle().onExit().join());
    }
  }
}
