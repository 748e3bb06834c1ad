package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import dev.errand.config.security.AuthKey;
import dev.errand.config.security.SharedKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster's key is changed by three rolling restarts, and no node is refused on the way. */
class KeyRotationIT {

  @TempDir Path folder;

  private final AuthKey before = AuthKey.random();
  private final AuthKey after = AuthKey.random();
  private final List<NodeProcess> all = new ArrayList<>();

  private static JsonObject with(JsonObject conf, List<AuthKey> keys) {
    JsonArray texts = new JsonArray();
    keys.forEach(key -> texts.add(key.text()));
    conf.getJsonObject("cluster").remove("authKeyFile");
    conf.getJsonObject("cluster").put("authKey", texts);
    return conf;
  }

  private NodeProcess dispatcher(ProcessCluster cluster, List<AuthKey> keys) throws Exception {
    NodeProcess node = cluster.dispatcher(with(cluster.dispatcherConf(), keys));
    all.add(node);
    return node;
  }

  private NodeProcess worker(ProcessCluster cluster, String name, List<AuthKey> keys)
      throws Exception {
    NodeProcess node = cluster.worker(name, with(cluster.workerConf(name), keys));
    all.add(node);
    return node;
  }

  private static void end(NodeProcess node) throws Exception {
    node.end();
    assertThat(node.awaitEnd(30)).isZero();
  }

  @Test
  void threeRollingRestartsLoseNothingAndRefuseNobody() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess dispatcher = dispatcher(cluster, List.of(before));
      NodeProcess one = worker(cluster, "one", List.of(before));
      NodeProcess two = worker(cluster, "two", List.of(before));
      for (List<AuthKey> keys :
          List.of(List.of(before, after), List.of(after, before), List.of(after))) {
        // Both of its keys are trusted; it signs with the one that is trusted before and after.
        boolean last = keys.size() == 1;
        SharedKeys own = new SharedKeys(last ? List.of(after, before) : List.of(before, after));
        try (Load load = new Load(cluster.client(own), 20)) {
          end(one);
          one = worker(cluster, "one", keys);
          end(two);
          two = worker(cluster, "two", keys);
          int done = load.done();
          await().atMost(Duration.ofSeconds(30)).until(() -> load.done() > done + 100);
        }
        cluster.clientLeaves();
        end(dispatcher);
        dispatcher = dispatcher(cluster, keys);
        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> cluster.stats().getJsonArray("workers").size() == 2);
      }
      for (NodeProcess node : all) {
        assertThat(node.log()).noneMatch(line -> line.contains("refused"));
      }
    }
  }
}
