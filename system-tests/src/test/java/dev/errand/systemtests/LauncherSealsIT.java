package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No option of the launcher, and no property of Vert.x, opens the bus. */
class LauncherSealsIT {

  @TempDir Path folder;

  private void theBusStaysClosed(List<String> jvmOptions, List<String> arguments) throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher(jvmOptions, arguments);
      Stranger stranger = new Stranger(cluster.key, cluster.name);
      for (Stranger.Knock knock :
          List.of(
              Stranger.Knock.FOREIGN_CERTIFICATE,
              Stranger.Knock.NO_CERTIFICATE,
              Stranger.Knock.TLS_1_2,
              Stranger.Knock.HTTP)) {
        assertThat(stranger.isThrownOut(knock, cluster.busPort)).as(knock.name()).isTrue();
      }
      assertThat(stranger.isAdmittedWithTheKey(cluster.busPort)).isTrue();
      // All of 127.0.0.0/8 is this machine: who listens on every address answers there.
      for (int port : new int[] {cluster.busPort, cluster.memberPort}) {
        assertThatThrownBy(() -> new Socket("127.0.0.2", port).close())
            .isInstanceOf(ConnectException.class);
      }
    }
  }

  @Test
  void theEventBusOptionsDoNot() throws Exception {
    theBusStaysClosed(
        List.of(),
        List.of(
            "-vertx-options",
            "{\"eventBusOptions\":{\"trustAll\":true,\"clientAuth\":\"NONE\",\"ssl\":false,"
                + "\"host\":\"0.0.0.0\"}}"));
  }

  @Test
  void thePropertiesDoNot() throws Exception {
    theBusStaysClosed(
        List.of(
            "-Dvertx.eventBus.options.trustAll=true",
            "-Dvertx.eventBus.options.ssl=false",
            "-Dvertx.eventBus.options.clientAuth=NONE"),
        List.of());
  }

  @Test
  void propertiesOfHazelcastDoNot() throws Exception {
    theBusStaysClosed(
        List.of(
            "-Dhazelcast.socket.server.bind.any=true",
            "-Dhazelcast.socket.bind.any=true",
            "-Dhazelcast.local.localAddress=0.0.0.0",
            "-Dhazelcast.local.publicAddress=192.0.2.1:1"),
        List.of());
  }

  @Test
  void theLaunchersOwnClusterOptionChangesNothing() throws Exception {
    theBusStaysClosed(List.of(), List.of("-cluster"));
  }

  @Test
  void aNativeTransportDoesNot() throws Exception {
    theBusStaysClosed(List.of(), List.of("-vertx-options", "{\"preferNativeTransport\":true}"));
  }
}
