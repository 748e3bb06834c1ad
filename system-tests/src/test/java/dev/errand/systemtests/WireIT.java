package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import dev.errand.protocol.TaskRequest;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operating system sees of a cluster. Needs iproute2, tcpdump and root. */
@Tag("debian")
class WireIT {

  private static final String TYPE = "echo";
  private static final String PAYLOAD = "a-payload-nobody-may-read";

  /** Long, as all that is looked for: four letters are among enough noise by chance. */
  private static final String OTHER_TYPE = "a-type-nobody-may-read";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  private static TreeSet<String> listeners(NodeProcess node) throws Exception {
    TreeSet<String> found = new TreeSet<>();
    for (String line : Shell.run("ss", "-ltnpH").split("\n")) {
      if (line.contains("pid=" + node.handle().pid() + ",")) {
        found.add(line.trim().split("\\s+")[3].replace("[::ffff:127.0.0.1]", "127.0.0.1"));
      }
    }
    return found;
  }

  @Test
  void nodesListenWhereTheSettingsSayAndNowhereElse() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      int http = ProcessCluster.freePort();
      JsonObject conf = cluster.dispatcherConf();
      conf.getJsonObject("http").put("port", http);
      NodeProcess dispatcher = cluster.dispatcher(conf);
      assertThat(listeners(dispatcher))
          .containsExactlyInAnyOrder(
              "127.0.0.1:" + cluster.memberPort,
              "127.0.0.1:" + cluster.busPort,
              "127.0.0.1:" + http);
      int member = ProcessCluster.freePort();
      int bus = ProcessCluster.freePort();
      JsonObject workerConf = cluster.workerConf("worker");
      workerConf.getJsonObject("cluster").put("memberPort", member).put("busPort", bus);
      NodeProcess worker = cluster.worker("worker", workerConf);
      assertThat(listeners(worker))
          .containsExactlyInAnyOrder("127.0.0.1:" + member, "127.0.0.1:" + bus);
    }
  }

  @Test
  void nothingCanBeReadOnTheWire() throws Exception {
    Path capture = folder.resolve("capture");
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      int member = ProcessCluster.freePort();
      int bus = ProcessCluster.freePort();
      String ports =
          "tcp port "
              + cluster.memberPort
              + " or tcp port "
              + cluster.busPort
              + " or tcp port "
              + member
              + " or tcp port "
              + bus;
      Process tcpdump =
          new ProcessBuilder(
                  "tcpdump", "-i", "lo", "-U", "-s", "0", "-w", capture.toString(), ports)
              .redirectErrorStream(true)
              .start();
      try {
        await().atMost(PATIENCE).until(() -> Files.exists(capture) && Files.size(capture) > 0);
        cluster.dispatcher();
        JsonObject conf = cluster.workerConf("worker");
        conf.getJsonObject("cluster").put("memberPort", member).put("busPort", bus);
        cluster.worker("worker", conf);
        for (int i = 0; i < 50; i++) {
          String result = get(cluster.client().call(TYPE, PAYLOAD + i, String.class));
          assertThat(result).isEqualTo(PAYLOAD + i);
        }
        get(cluster.client().submit(TaskRequest.of(OTHER_TYPE, PAYLOAD)));
        for (int port : new int[] {cluster.memberPort, cluster.busPort, bus}) {
          // It may end in the middle of a packet, which tcpdump says is an error.
          await()
              .atMost(PATIENCE)
              .untilAsserted(() -> assertThat(packets(capture, port)).isGreaterThan(5));
        }
      } finally {
        tcpdump.destroy();
        assertThat(tcpdump.waitFor(10, TimeUnit.SECONDS)).isTrue();
      }
      String seen = new String(Files.readAllBytes(capture), StandardCharsets.ISO_8859_1);
      for (String secret :
          List.of(
              PAYLOAD,
              OTHER_TYPE,
              "square",
              "errand",
              "__vertx",
              "hazelcast",
              cluster.name,
              cluster.key.text())) {
        assertThat(seen.contains(secret)).as(secret).isFalse();
      }
    }
  }

  private static long packets(Path capture, int port) throws Exception {
    return Shell.run("tcpdump", "-nn", "-r", capture.toString(), "tcp port " + port)
        .lines()
        .filter(line -> line.contains("Flags [P.]"))
        .count();
  }
}
