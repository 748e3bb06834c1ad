package dev.errand.config.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import dev.errand.config.settings.ClusterSettings;
import java.time.Instant;
import java.util.Map;

/** How Hazelcast is set up: members only, one listener, quick to notice who is gone. */
final class MembershipConfig {

  static final String NODE_ID = "__vertx.nodeId";
  static final String ROLE = "errand.role";
  static final String VERSION = "errand.version";

  /** As {@link Instant#toString} gives it. */
  static final String CERTIFICATE_END = "errand.certificateEnd";

  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          Map.entry("hazelcast.logging.type", "slf4j"),
          Map.entry("hazelcast.phone.home.enabled", "false"),
          Map.entry("hazelcast.shutdownhook.enabled", "false"),
          Map.entry("hazelcast.socket.bind.any", "false"),
          Map.entry("hazelcast.socket.client.bind.any", "false"),
          Map.entry("hazelcast.socket.server.bind.any", "false"),
          // Every node is a data member; few partitions keep that cheap.
          Map.entry("hazelcast.partition.count", "31"),
          Map.entry("hazelcast.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.heartbeat.interval.seconds", "2"),
          Map.entry("hazelcast.max.no.heartbeat.seconds", "10"),
          Map.entry("hazelcast.merge.first.run.delay.seconds", "3"),
          Map.entry("hazelcast.merge.next.run.delay.seconds", "3"),
          Map.entry("hazelcast.socket.connect.timeout.seconds", "2"),
          // A peer whose port refuses twice, 50 ms apart, is gone.
          Map.entry("hazelcast.connection.monitor.interval", "50"),
          Map.entry("hazelcast.connection.monitor.max.faults", "2"),
          Map.entry("hazelcast.graceful.shutdown.max.wait", "10"));

  private MembershipConfig() {}

  /**
   * That of a node.
   *
   * @param certificateEnd when its certificate ends
   */
  static Config of(ClusterSettings settings, String role, String nodeId, Instant certificateEnd) {
    Config config = new Config();
    config.setClusterName(settings.name());
    PROPERTIES.forEach(config::setProperty);
    // What is set here goes before properties of the JVM.
    config.setProperty("hazelcast.local.localAddress", settings.host());
    config.setProperty("hazelcast.local.publicAddress", settings.host());
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
    config
        .getMemberAttributeConfig()
        .setAttribute(NODE_ID, nodeId)
        .setAttribute(ROLE, role)
        .setAttribute(VERSION, Version.text())
        .setAttribute(CERTIFICATE_END, certificateEnd.toString());
    network(config, settings);
    // What the cluster manager asks of an instance that it did not make itself.
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(1)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(1));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
    config.getSerializationConfig().setJavaSerializationFilterConfig(filter());
    return config;
  }

  private static void network(Config config, ClusterSettings settings) {
    ServerSocketEndpointConfig endpoint = new ServerSocketEndpointConfig();
    endpoint.setPort(settings.memberPort()).setPortAutoIncrement(false).setReuseAddress(true);
    endpoint.getInterfaces().setEnabled(true).addInterface(settings.host());
    config.getAdvancedNetworkConfig().setEnabled(true);
    config.getAdvancedNetworkConfig().setMemberEndpointConfig(endpoint);
    JoinConfig join = config.getAdvancedNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
  }

  /** Which classes Java's own serialization may make; it does not cover Hazelcast's. */
  private static JavaSerializationFilterConfig filter() {
    JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
    filter.setDefaultsDisabled(true);
    filter
        .getWhitelist()
        .addPrefixes("com.hazelcast.", "java", "[")
        .addClasses("io.vertx.spi.cluster.hazelcast.impl.HazelcastCounter");
    return filter;
  }
}
