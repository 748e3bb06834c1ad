package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.EndpointConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MultiMapConfig.ValueCollectionType;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.instance.EndpointQualifier;
import dev.errand.config.settings.PeerAddress;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MembershipConfigTest {

  private final Config config =
      MembershipConfig.of(
          Example.settings("büro 1", 5711),
          "worker",
          "node-1",
          Instant.parse("2036-01-02T03:04:05Z"));

  private final AdvancedNetworkConfig network = config.getAdvancedNetworkConfig();

  @Test
  void theOthersSeeWhoANodeIs() {
    assertThat(config.getClusterName()).isEqualTo("büro 1");
    assertThat(config.getMemberAttributeConfig().getAttribute("__vertx.nodeId"))
        .isEqualTo("node-1");
    assertThat(config.getMemberAttributeConfig().getAttribute("errand.role")).isEqualTo("worker");
    assertThat(config.getMemberAttributeConfig().getAttribute("errand.version"))
        .matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(config.getMemberAttributeConfig().getAttribute("errand.certificateEnd"))
        .isEqualTo("2036-01-02T03:04:05Z");
  }

  @Test
  void thereIsOneListenerAndItIsForMembers() {
    assertThat(network.isEnabled()).isTrue();
    assertThat(network.getEndpointConfigs()).containsOnlyKeys(EndpointQualifier.MEMBER);
  }

  @Test
  void theListenerIsWhereTheSettingsSayAndNowhereElse() {
    EndpointConfig endpoint = network.getEndpointConfigs().get(EndpointQualifier.MEMBER);
    assertThat(endpoint.getInterfaces().isEnabled()).isTrue();
    assertThat(endpoint.getInterfaces().getInterfaces()).containsExactly("127.0.0.1");
    assertThat(endpoint)
        .isInstanceOfSatisfying(
            ServerSocketEndpointConfig.class,
            socket -> {
              assertThat(socket.getPort()).isEqualTo(5711);
              assertThat(socket.isPortAutoIncrement()).isFalse();
            });
    assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
    assertThat(config.getProperty("hazelcast.socket.client.bind.any")).isEqualTo("false");
  }

  @Test
  void nobodyIsAskedButWhomTheNodeNamesEachTime() {
    JoinConfig join = network.getJoin();
    assertThat(join.getTcpIpConfig().isEnabled()).isFalse();
    assertThat(join.getTcpIpConfig().getMembers()).isEmpty();
    assertThat(join.getTcpIpConfig().getRequiredMember()).isNull();
    assertThat(join.getMulticastConfig().isEnabled()).isFalse();
    assertThat(join.getAutoDetectionConfig().isEnabled()).isFalse();
    assertThat(join.getDiscoveryConfig().isEnabled()).isFalse();
    assertThat(
            List.of(
                join.getAwsConfig(),
                join.getAzureConfig(),
                join.getGcpConfig(),
                join.getKubernetesConfig(),
                join.getEurekaConfig()))
        .allMatch(cloud -> !cloud.isEnabled());
  }

  @Test
  void nothingRunsThatIsNotNeeded() {
    assertThat(config.getJetConfig().isEnabled()).isFalse();
    assertThat(config.getMetricsConfig().isEnabled()).isFalse();
    assertThat(config.isLiteMember()).as("every node has data").isFalse();
    assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
    assertThat(config.getProperty("hazelcast.shutdownhook.enabled")).isEqualTo("false");
  }

  @Test
  void whoIsGoneIsNoticedSoon() {
    assertThat(seconds("hazelcast.max.no.heartbeat.seconds")).isLessThanOrEqualTo(10);
    assertThat(seconds("hazelcast.heartbeat.interval.seconds"))
        .isPositive()
        .isLessThan(seconds("hazelcast.max.no.heartbeat.seconds"));
    assertThat(seconds("hazelcast.merge.first.run.delay.seconds")).isBetween(1, 5);
    assertThat(seconds("hazelcast.merge.next.run.delay.seconds")).isBetween(1, 5);
  }

  private int seconds(String property) {
    return Integer.parseInt(config.getProperty(property));
  }

  @Test
  void registrationsOfTheBusSurviveTheLossOfAMember() {
    assertThat(config.getMultiMapConfig("__vertx.subs").getValueCollectionType())
        .isEqualTo(ValueCollectionType.SET);
    assertThat(config.getMultiMapConfig("__vertx.subs").getBackupCount()).isPositive();
    assertThat(config.getMapConfig("__vertx.haInfo").getBackupCount()).isPositive();
    assertThat(config.getMapConfig("__vertx.nodeInfo").getBackupCount()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        PeerAddress.class,
        JsonObject.class,
        org.slf4j.LoggerFactory.class,
        org.bouncycastle.crypto.digests.SHA256Digest.class,
      })
  void foreignClassesAreNotDeserialized(Class<?> foreign) {
    assertThat(allowed().isListed(foreign.getName())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(classes = {String.class, ArrayList.class, byte[].class})
  void classesOfTheJvmAre(Class<?> known) {
    assertThat(allowed().isListed(known.getName())).isTrue();
  }

  @Test
  void theCounterOfTheClusterManagerIsToo() {
    assertThat(allowed().isListed("io.vertx.spi.cluster.hazelcast.impl.HazelcastCounter")).isTrue();
  }

  private ClassFilter allowed() {
    assertThat(
            config.getSerializationConfig().getJavaSerializationFilterConfig().isDefaultsDisabled())
        .isTrue();
    return config.getSerializationConfig().getJavaSerializationFilterConfig().getWhitelist();
  }
}
