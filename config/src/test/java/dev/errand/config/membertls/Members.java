package dev.errand.config.membertls;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.core.HazelcastInstance;
import dev.errand.config.security.AuthKey;
import dev.errand.config.security.NodeTls;
import dev.errand.config.security.RefusalLog;
import dev.errand.config.security.SharedKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLContext;

/** Bare members on loopback, without Vert.x; all are gone when it is closed. */
final class Members implements AutoCloseable {

  static final String CLUSTER = "members-test";

  final AuthKey key;
  private final List<HazelcastInstance> started = new ArrayList<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  final RefusalLog refusals = new RefusalLog("membership", clock);

  Members(AuthKey key) {
    this.key = key;
  }

  static SSLContext context(AuthKey key) {
    return new NodeTls(new SharedKeys(key).identity(CLUSTER, UUID.randomUUID().toString()))
        .context();
  }

  static Config config(int port) {
    System.setProperty("hazelcast.logging.type", "slf4j");
    Config config = new Config();
    config.setClusterName(CLUSTER);
    config
        .setProperty("hazelcast.phone.home.enabled", "false")
        .setProperty("hazelcast.shutdownhook.enabled", "false")
        .setProperty("hazelcast.socket.bind.any", "false")
        .setProperty("hazelcast.partition.count", "31")
        .setProperty("hazelcast.wait.seconds.before.join", "0")
        .setProperty("hazelcast.heartbeat.interval.seconds", "1")
        .setProperty("hazelcast.max.no.heartbeat.seconds", "10")
        .setProperty("hazelcast.socket.connect.timeout.seconds", "2")
        .setProperty("hazelcast.connection.monitor.interval", "50")
        .setProperty("hazelcast.connection.monitor.max.faults", "2")
        .setProperty("hazelcast.merge.first.run.delay.seconds", "3")
        .setProperty("hazelcast.merge.next.run.delay.seconds", "3");
    config.getJetConfig().setEnabled(false);
    config.getMetricsConfig().setEnabled(false);
    ServerSocketEndpointConfig endpoint = new ServerSocketEndpointConfig();
    endpoint.setPort(port).setPortAutoIncrement(false);
    endpoint.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    config.getAdvancedNetworkConfig().setEnabled(true).setMemberEndpointConfig(endpoint);
    JoinConfig join = config.getAdvancedNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);

    return config;
  }

  /** A member on that port that looks for others at these. */
  HazelcastInstance start(int port, int... peers) {
    List<String> addresses = new ArrayList<>();
    for (int peer : peers) {
      addresses.add("127.0.0.1:" + peer);
    }
    HazelcastInstance member =
        TlsMember.start(
            config(port), new TlsMember.Channels(context(key), refusals, clock), () -> addresses);
    started.add(member);
    return member;
  }

  @Override
  public void close() {
    started.forEach(member -> member.getLifecycleService().terminate());
    clock.shutdownNow();
  }
}
