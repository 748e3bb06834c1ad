package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import dev.errand.config.membertls.MemberProbe;
import dev.errand.config.security.AuthKey;
import dev.errand.config.security.NodeIdentity;
import dev.errand.config.security.NodeTls;
import dev.errand.config.security.SharedKeys;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import dev.errand.dispatcher.DispatcherRole;
import dev.errand.dispatcher.DispatcherVerticle;
import dev.errand.protocol.client.TaskClient;
import dev.errand.worker.WorkerVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Tasks do not travel over the membership, so its TLS must not cost them anything: a cluster with
 * it and one without (which only a test can build), in turn in one run. For figures: {@code
 * -DcostTasks=200000 -DcostRounds=15} on a machine that does nothing else.
 */
class MembershipTlsCostIT {

  private static final int TASKS = Integer.getInteger("costTasks", 20_000);
  private static final int ROUNDS = Integer.getInteger("costRounds", 9);
  private static final int WINDOW = 1_000;

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** A dispatcher, a worker and a client in this JVM. */
  private static final class Cluster implements AutoCloseable {
    private final boolean secured;
    private final AuthKey key = AuthKey.random();
    private final String name = "cost-" + UUID.randomUUID();
    private final List<Vertx> nodes = new ArrayList<>();
    private final TaskClient client;

    Cluster(boolean secured) throws Exception {
      this.secured = secured;
      int port;
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = socket.getLocalPort();
      }
      List<PeerAddress> peers = List.of(new PeerAddress("127.0.0.1", port));
      deploy(
          join(port, List.of(), DispatcherRole.NAME),
          DispatcherVerticle.class.getName(),
          new JsonObject()
              .put("http", new JsonObject().put("port", 0))
              .put("store", new JsonObject().put("kind", "memory")));
      deploy(join(0, peers, "worker"), WorkerVerticle.class.getName(), new JsonObject());
      Vertx own = join(0, peers, "client");
      Membership membership = Membership.of(own);
      client = get(TaskClient.create(own, membership.cluster(), membership.local().nodeId()));
    }

    private static void deploy(Vertx node, String verticle, JsonObject conf) throws Exception {
      get(node.deployVerticle(verticle, new DeploymentOptions().setConfig(conf)));
    }

    private Vertx join(int port, List<PeerAddress> peers, String role) throws Exception {
      ClusterSettings settings =
          new ClusterSettings(
              name, "127.0.0.1", port, 0, ClusterSettings.Search.of(peers), new SharedKeys(key));
      Vertx node = get(secured ? SecureCluster.join(settings, role) : plain(settings, role));
      nodes.add(node);
      return node;
    }

    /** The same node, but with Hazelcast's own channel. */
    private static Future<Vertx> plain(ClusterSettings settings, String role) {
      String nodeId = UUID.randomUUID().toString();
      NodeIdentity identity = settings.credentials().identity(settings.name(), nodeId);
      NodeTls tls = new NodeTls(identity);
      Config config = MembershipConfig.of(settings, role, nodeId, tls.certificateEnd());
      TcpIpConfig others = config.getAdvancedNetworkConfig().getJoin().getTcpIpConfig();
      others.setEnabled(true);
      settings.search().peers().forEach(peer -> others.addMember(peer.text()));
      HazelcastInstance instance = Hazelcast.newHazelcastInstance(config);
      MissingPeers none =
          new MissingPeers(
              instance,
              new Peers(List.of()),
              new PeerSurvey(new MemberProbe(tls.context())::ask),
              null);
      ClusterNode node =
          new ClusterNode(
              instance,
              none,
              new ClusterNode.Safety(tls.certificateEnd(), List.of()),
              new ScheduledThreadPoolExecutor(1),
              new ClusterNode.Ends(why -> {}, () -> {}));
      VertxOptions options = new VertxOptions();
      options.setEventBusOptions(new BusTls(identity, tls).options(settings));
      return Vertx.builder()
          .with(options)
          .withClusterManager(new NodeClusterManager(node))
          .buildClustered();
    }

    /** Tasks a second, of so many with a window of them on the way. */
    double run(int tasks) throws Exception {
      long begin = System.nanoTime();
      List<Future<String>> window = new ArrayList<>();
      for (int i = 0; i < tasks; i++) {
        window.add(client.call("square", i, String.class));
        if (window.size() == WINDOW) {
          get(Future.all(window));
          window.clear();
        }
      }
      get(Future.all(window));
      return tasks / ((System.nanoTime() - begin) / 1e9);
    }

    @Override
    public void close() {
      Collections.reverse(nodes);
      nodes.forEach(node -> node.close().toCompletionStage().toCompletableFuture().join());
    }
  }

  @Test
  void tasksAreAsFastWithMembershipTlsAsWithout() throws Exception {
    List<Double> ratios = new ArrayList<>();
    try (Cluster secured = new Cluster(true);
        Cluster plain = new Cluster(false)) {
      for (int i = 0; i < 4; i++) {
        secured.run(TASKS);
        plain.run(TASKS);
      }
      for (int i = 0; i < ROUNDS; i++) {
        // In turn the first: this JVM still gets faster.
        boolean first = i % 2 == 0;
        double before = first ? secured.run(TASKS) : 0;
        double without = plain.run(TASKS);
        double with = first ? before : secured.run(TASKS);
        ratios.add(with / without);
        System.out.printf(
            "membership TLS: %.0f tasks/s, without: %.0f, ratio %.2f%n",
            with, without, with / without);
      }
    }
    Collections.sort(ratios);
    System.out.printf(
        "ratio with to without, median of %d: %.2f (%.2f to %.2f)%n",
        ROUNDS, ratios.get(ROUNDS / 2), ratios.get(0), ratios.get(ROUNDS - 1));
    // A wide margin: this is no place for figures.
    assertThat(ratios.get(ROUNDS / 2)).isBetween(0.4, 2.5);
  }
}
