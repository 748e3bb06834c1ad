package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import dev.errand.config.security.AuthKey;
import io.vertx.core.json.JsonObject;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody without the key gets in at either port, and nodes that run do not care. */
class StrangersIT {

  private static final int KNOCKS = Integer.getInteger("knocks", 1_000);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  private static List<String> refusals(NodeProcess node) {
    return node.log().stream().filter(line -> line.contains("refused")).toList();
  }

  @Test
  void everyKindOfStrangerIsThrownOutOfBothPortsWithOneLineEach() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess dispatcher = cluster.dispatcher();
      cluster.worker("worker");
      Stranger stranger = new Stranger(cluster.key, cluster.name);
      try (Load load = new Load(cluster.client(), 1)) {
        for (int port : new int[] {cluster.memberPort, cluster.busPort}) {
          for (Stranger.Knock knock : Stranger.Knock.values()) {
            int before = load.done();
            assertThat(stranger.isThrownOut(knock, port)).as(knock + " at " + port).isTrue();
            await().atMost(PATIENCE).until(() -> load.done() > before);
          }
          // The end of a handshake may be told a moment after the end of the connection.
          assertThat(stranger.isAdmittedWithTheKey(port)).isTrue();
        }
        for (String port : List.of("membership", "bus")) {
          await()
              .atMost(PATIENCE)
              .untilAsserted(
                  () ->
                      assertThat(refusals(dispatcher))
                          .filteredOn(line -> line.contains(port + ": refused 127.0.0.1"))
                          .extracting(line -> line.replaceAll(".*127\\.0\\.0\\.1: ", "").strip())
                          .contains(
                              "it does not speak TLS",
                              "it showed no certificate",
                              "its certificate is not of this cluster (another auth key,"
                                  + " cluster.name or authority)",
                              "it does not speak TLS 1.3",
                              "it did not finish its handshake within 5 s")
                          .doesNotHaveDuplicates());
        }
      }
      assertThat(cluster.stats().getJsonArray("workers")).hasSize(1);
      assertThat(cluster.stats().getJsonObject("frames").getLong("malformed")).isZero();
    }
  }

  @Test
  void aThousandKnocksChangeNothingForRunningNodes() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess dispatcher = cluster.dispatcher();
      NodeProcess worker = cluster.worker("worker");
      Stranger stranger = new Stranger(cluster.key, cluster.name);
      try (Load load = new Load(cluster.client(), 1)) {
        Stranger.Knock[] quick = {
          Stranger.Knock.HTTP, Stranger.Knock.NO_CERTIFICATE, Stranger.Knock.FOREIGN_CERTIFICATE
        };
        knock(stranger, quick, 60, cluster);
        long before = residentKilobytes(dispatcher);
        knock(stranger, quick, KNOCKS, cluster);
        assertThat(residentKilobytes(dispatcher) - before).isLessThan(200_000);
        assertThat(load.done()).isPositive();
      }
      assertThat(dispatcher.handle().isAlive()).isTrue();
      assertThat(worker.handle().isAlive()).isTrue();
      assertThat(cluster.stats().getJsonArray("workers")).hasSize(1);
      // A line a reason, port and minute, and one that sums up.
      assertThat(refusals(dispatcher)).hasSizeLessThan(60);
      assertThat(refusals(worker)).isEmpty();
    }
  }

  private static void knock(
      Stranger stranger, Stranger.Knock[] kinds, int times, ProcessCluster cluster)
      throws Exception {
    for (int i = 0; i < times; i++) {
      int port = i % 2 == 0 ? cluster.memberPort : cluster.busPort;
      Stranger.Knock kind = kinds[i / 2 % kinds.length];
      assertThat(stranger.isThrownOut(kind, port)).as(kind + " at " + port).isTrue();
    }
  }

  private static long residentKilobytes(NodeProcess node) throws Exception {
    Path status = Path.of("/proc", String.valueOf(node.handle().pid()), "status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  @Test
  void aGoodNodeJoinsWhileThreeHundredStrangersKeepSilent() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher();
      List<Socket> silent = new ArrayList<>();
      try {
        for (int i = 0; i < 300; i++) {
          int port = i % 2 == 0 ? cluster.memberPort : cluster.busPort;
          silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        cluster.worker("good");
        assertThat(get(cluster.client().call("square", 8, String.class))).isEqualTo("8 * 8 = 64");
      } finally {
        for (Socket socket : silent) {
          socket.close();
        }
      }
    }
  }

  /** It would be there, and deaf, for ever. */
  @Test
  void aNodeWhoseMembershipEndsForWantOfOpenFilesEndsToo() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess dispatcher = cluster.dispatcher();
      long pid = dispatcher.handle().pid();
      int open = Path.of("/proc", String.valueOf(pid), "fd").toFile().list().length;
      String limit = "prlimit --pid " + pid + " --nofile=" + (open + 20) + ":" + (open + 20);
      assertThat(new ProcessBuilder("sh", "-c", limit).start().waitFor()).isZero();
      List<Socket> strangers = new ArrayList<>();
      try {
        try {
          for (int i = 0; i < 60; i++) {
            strangers.add(new Socket(InetAddress.getLoopbackAddress(), cluster.memberPort));
          }
        } catch (ConnectException e) {
          // Nobody listens any more, though the process may not have ended yet.
        }
        assertThat(dispatcher.awaitEnd(30)).isEqualTo(1);
      } finally {
        for (Socket socket : strangers) {
          socket.close();
        }
      }
      assertThat(dispatcher.log())
          .anyMatch(line -> line.startsWith("errand: the membership has ended by itself"));
    }
  }

  @Test
  void aWorkerWithAnotherKeyEndsWithThreeAndOneLine() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess dispatcher = cluster.dispatcher();
      JsonObject conf = cluster.workerConf("stranger");
      conf.getJsonObject("cluster").remove("authKeyFile");
      conf.getJsonObject("cluster").put("authKey", AuthKey.random().text());
      NodeProcess worker = cluster.startWorker("stranger", conf);
      assertThat(worker.awaitEnd(30)).isEqualTo(3);
      assertThat(worker.log()).hasSize(1);
      assertThat(worker.log().get(0))
          .startsWith("errand: no admission at 127.0.0.1:" + cluster.memberPort)
          .contains("cluster's auth key");
      assertThat(dispatcher.handle().isAlive()).isTrue();
      await().untilAsserted(() -> assertThat(refusals(dispatcher)).hasSize(1));
    }
  }

  @Test
  void aWorkerOfAnotherClusterNameEndsWithThree() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher();
      JsonObject conf = cluster.workerConf("stranger");
      conf.getJsonObject("cluster").put("name", "another");
      assertThat(cluster.startWorker("stranger", conf).awaitEnd(30)).isEqualTo(3);
    }
  }
}
