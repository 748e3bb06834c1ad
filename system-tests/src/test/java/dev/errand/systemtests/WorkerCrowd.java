package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.awaitility.Awaitility.await;

import dev.errand.config.cluster.SecureCluster;
import dev.errand.config.security.SharedKeys;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import dev.errand.worker.WorkerVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Many workers with few slots each, all on one node, which is in this JVM. */
final class WorkerCrowd implements AutoCloseable {

  private static final int SLOTS = 10;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final int count;
  private final Vertx node;

  /** So many workers, when they are deployed. */
  WorkerCrowd(ProcessCluster cluster, int count) throws Exception {
    this.count = count;
    List<PeerAddress> peers = List.of(new PeerAddress("127.0.0.1", cluster.memberPort));
    SharedKeys keys = new SharedKeys(cluster.key);
    node =
        get(
            SecureCluster.join(
                new ClusterSettings(
                    cluster.name, "127.0.0.1", 0, 0, ClusterSettings.Search.of(peers), keys),
                "worker"));
    List<Future<String>> all =
        IntStream.range(0, count)
            .mapToObj(number -> node.deployVerticle(new WorkerVerticle(), options(number)))
            .toList();
    get(Future.all(all));
  }

  /** Waits until the dispatcher has heard of all of them. */
  void awaitKnown(PageFixture fixture) {
    await().atMost(PATIENCE).until(() -> fixture.workers().size() == count);
  }

  private static DeploymentOptions options(int number) {
    JsonObject worker =
        new JsonObject()
            .put("name", "crowd-" + number)
            .put("slots", new JsonObject().put("blocking", 1).put("eventLoop", SLOTS))
            .put("drain", "1s");
    return new DeploymentOptions().setConfig(new JsonObject().put("worker", worker));
  }

  @Override
  public void close() {
    node.close().toCompletionStage().toCompletableFuture().join();
  }
}
