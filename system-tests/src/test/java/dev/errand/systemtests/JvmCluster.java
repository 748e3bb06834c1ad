package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.freePort;
import static dev.errand.systemtests.ProcessCluster.get;

import dev.errand.config.cluster.Membership;
import dev.errand.config.cluster.SecureCluster;
import dev.errand.config.security.AuthKey;
import dev.errand.config.security.SharedKeys;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import dev.errand.dispatcher.DispatcherRole;
import dev.errand.dispatcher.DispatcherVerticle;
import dev.errand.protocol.client.TaskClient;
import dev.errand.worker.WorkerVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/** A dispatcher, a worker and a client in this JVM, on the real bus with its TLS. */
final class JvmCluster implements AutoCloseable {

  private final AuthKey key = AuthKey.random();
  private final String name = "test-" + UUID.randomUUID();
  private final int memberPort = freePort();
  private final int httpPort = freePort();
  private final List<Vertx> nodes = new ArrayList<>();
  final Vertx clientNode;
  final TaskClient client;

  /** A cluster whose worker has these handlers beside its own. */
  JvmCluster(JsonObject dispatcherConf, Class<?>... handlers) throws Exception {
    Vertx dispatcher = join(memberPort, List.of(), DispatcherRole.NAME);
    JsonObject conf =
        new JsonObject()
            .put("store", new JsonObject().put("kind", "memory"))
            .mergeIn(dispatcherConf)
            .put("http", new JsonObject().put("port", httpPort))
            .mergeIn(
                new JsonObject().put("defaults", new JsonObject().put("backoff", "10ms")), true);
    get(
        dispatcher.deployVerticle(
            new DispatcherVerticle(), new DeploymentOptions().setConfig(conf)));
    worker("worker", handlers);
    clientNode = join(0, peers(), "client");
    Membership membership = Membership.of(clientNode);
    client = get(TaskClient.create(clientNode, membership.cluster(), membership.local().nodeId()));
  }

  /** Another worker. */
  Vertx worker(String worker, Class<?>... handlers) throws Exception {
    Vertx node = join(0, peers(), "worker");
    JsonArray names = new JsonArray();
    for (Class<?> handler : handlers) {
      names.add(handler.getName());
    }
    JsonObject conf =
        new JsonObject()
            .put(
                "worker",
                new JsonObject()
                    .put("name", worker)
                    .put("handlers", names)
                    .put("drain", "1s")
                    .put("slots", new JsonObject().put("blocking", 4).put("eventLoop", 100)));
    get(node.deployVerticle(new WorkerVerticle(), new DeploymentOptions().setConfig(conf)));
    return node;
  }

  private List<PeerAddress> peers() {
    return List.of(new PeerAddress("127.0.0.1", memberPort));
  }

  private Vertx join(int port, List<PeerAddress> peers, String role) throws Exception {
    ClusterSettings settings =
        new ClusterSettings(
            name, "127.0.0.1", port, 0, ClusterSettings.Search.of(peers), new SharedKeys(key));
    Vertx vertx = get(SecureCluster.join(settings, role));
    nodes.add(vertx);
    return vertx;
  }

  JsonObject stats() throws Exception {
    return new JsonObject(http("/api/v1/stats").body());
  }

  /** Tells a worker to leave. */
  void drain(String worker) throws Exception {
    ProcessCluster.drain(HttpClient.newHttpClient(), "http://127.0.0.1:" + httpPort, worker);
  }

  HttpResponse<String> http(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    Collections.reverse(nodes);
    for (Vertx node : nodes) {
      node.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
