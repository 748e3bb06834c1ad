package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.config.security.AuthKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on two hosts: network namespaces with a cable between them. Needs root and iproute2. */
@Tag("debian")
class HostsIT {

  private static final String DISPATCHER = "192.0.2.1";
  private static final String WORKER = "192.0.2.7";

  @TempDir Path folder;
  private final String one = "errand-a" + ProcessHandle.current().pid();
  private final String two = "errand-b" + ProcessHandle.current().pid();
  private final List<Process> nodes = new ArrayList<>();

  @BeforeEach
  void cable() throws Exception {
    Shell.sh("ip netns add " + one + " && ip netns add " + two);
    Shell.sh("ip -n " + one + " link add cable type veth peer name cable netns " + two);
    host(one, DISPATCHER);
    host(two, WORKER);
  }

  private static void host(String name, String address) throws Exception {
    Shell.sh("ip -n " + name + " addr add " + address + "/24 dev cable");
    Shell.sh("ip -n " + name + " link set cable up && ip -n " + name + " link set lo up");
  }

  @AfterEach
  void unplug() throws Exception {
    nodes.forEach(Process::destroyForcibly);
    for (Process node : nodes) {
      node.waitFor();
    }
    Shell.sh("ip netns del " + one + "; ip netns del " + two);
  }

  private void start(String host, String module, JsonObject conf) throws IOException {
    Path file = Files.writeString(folder.resolve(module + ".json"), conf.encode());
    Path jar = ProcessCluster.root().resolve(module).resolve("target/" + module + ".jar");
    nodes.add(
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                host,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString(),
                "-conf",
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(module + ".log").toFile())
            .start());
  }

  private boolean says(String module, String line) throws IOException {
    return Files.readString(folder.resolve(module + ".log")).contains(line);
  }

  @Test
  void aWorkerOnAnotherHostFindsItsDispatcher() throws Exception {
    String key = AuthKey.random().text();
    JsonObject conf = new JsonObject().put("host", DISPATCHER).put("authKey", key);
    JsonObject memory = new JsonObject().put("kind", "memory");
    start(one, "dispatcher", new JsonObject().put("cluster", conf).put("store", memory));
    JsonObject workerConf =
        new JsonObject()
            .put("host", WORKER)
            .put("peers", new JsonArray().add(DISPATCHER + ":5701"))
            .put("authKey", key);
    start(two, "worker-verticle", new JsonObject().put("cluster", workerConf));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> says("worker-verticle", "the dispatcher is there"));
    assertThat(says("worker-verticle", " at " + WORKER + ":")).isTrue();
    // All in one cluster: the dispatcher's address is open to the other host, its page is not.
    assertThat(
            Shell.sh("ip netns exec " + one + " ss -ltnH").replace("[::ffff:", "").replace("]", ""))
        .contains(DISPATCHER + ":5701")
        .contains("127.0.0.1:8080");
  }
}
