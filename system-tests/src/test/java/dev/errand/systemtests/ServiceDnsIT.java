package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that find each other by a name; a file of hosts is their DNS. */
class ServiceDnsIT {

  private static final String HOST = "127.0.0.1";
  private static final Pattern HEALTH = Pattern.compile("says at (\\S+) whether it is alive");

  /** Less than the JVM would believe an old answer. */
  private static final Duration SOON = Duration.ofSeconds(25);

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private Path hosts;

  @BeforeEach
  void listNobody() throws IOException {
    hosts = folder.resolve("hosts");
    list("192.0.2.1 somebody-else\n");
  }

  private void list(String lines) throws IOException {
    Path fresh = Files.writeString(folder.resolve("hosts.new"), lines);
    Files.move(fresh, hosts, StandardCopyOption.REPLACE_EXISTING);
  }

  private NodeProcess start(ProcessCluster cluster, String module, JsonObject conf, Pattern started)
      throws Exception {
    Path file = Files.writeString(folder.resolve(module + ".json"), conf.encode());
    List<String> options = List.of("-XX:TieredStopAtLevel=1", "-Djdk.net.hosts.file=" + hosts);
    NodeProcess.Launch launch =
        new NodeProcess.Launch(ProcessCluster.jar(module), file, options, List.of());
    return cluster.add(NodeProcess.start(module, launch, started));
  }

  private int status(String address) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static boolean says(NodeProcess node, String text) {
    return node.log().stream().anyMatch(line -> line.contains(text));
  }

  @Test
  void nodesAreReadyWhenTheNameHasTheirAddresses() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = cluster.dispatcherConf();
      conf.getJsonObject("cluster").put("serviceDns", "members");
      NodeProcess dispatcher = start(cluster, "dispatcher", conf, ProcessCluster.DISPATCHER_READY);
      // On the same address it can't have the same port.
      JsonObject workerConf = cluster.workerConf("w");
      workerConf.getJsonObject("cluster").put("peers", "members:" + cluster.memberPort);
      workerConf.getJsonObject("worker").put("healthPort", 0);
      NodeProcess worker = start(cluster, "worker-verticle", workerConf, HEALTH);

      String page = dispatcher.awaitStart(60).group(1);
      assertThat(status(page + "/livez")).isEqualTo(200);
      await()
          .atMost(Duration.ofSeconds(40))
          .until(
              () ->
                  says(
                      dispatcher,
                      "'members' does not list this node's address "
                          + HOST
                          + ":"
                          + cluster.memberPort));
      assertThat(status(page + "/readyz")).isEqualTo(503);
      await().atMost(SOON).until(() -> says(worker, "of which DNS does not know members"));

      list(HOST + " members\n");
      await().atMost(SOON).until(() -> status(page + "/readyz") == 200);
      String health = "http://" + worker.awaitStart(60).group(1);
      await().atMost(SOON).until(() -> status(health + "/readyz") == 200);
      assertThat(status(health + "/livez")).isEqualTo(200);

      dispatcher.kill();
      await().atMost(SOON).until(() -> status(health + "/readyz") == 503);
      assertThat(status(health + "/livez")).as("it is well without one").isEqualTo(200);
    }
  }
}
