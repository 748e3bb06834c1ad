package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More waits than a dispatcher has in memory. */
class BacklogIT {

  /** In memory are 50,000 of them. */
  private static final int TASKS = 120_000;

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path folder;

  @Test
  void aBacklogThatIsOnDiskSurvivesAKillAndIsWorkedOffInOrder() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = cluster.dispatcherConf().put("store", cluster.diskStore("store"));
      NodeProcess dispatcher = cluster.dispatcher(conf);
      TaskClient client = cluster.client();
      List<TaskRequest> requests = new ArrayList<>();
      for (int i = 0; i < TASKS; i++) {
        requests.add(TaskRequest.of("echo", i));
      }
      List<Task> tasks = get(client.submitAll(requests));
      assertThat(queued(cluster)).isEqualTo(TASKS);
      dispatcher.kill();
      dispatcher.awaitEnd(30);
      cluster.dispatcher(conf);
      assertThat(queued(cluster)).isEqualTo(TASKS);
      String last = tasks.get(TASKS - 1).id();
      Task waiting = cluster.task(last);
      assertThat(waiting.waitingFor().message()).isEqualTo("no worker offers 'echo'");
      cluster.worker("worker");
      await().atMost(PATIENCE).until(() -> cluster.stats().getInteger("succeeded") == TASKS);
      Task ended = get(client.await(last, PATIENCE));
      assertThat(ended.resultAs(Integer.class)).isEqualTo(TASKS - 1);
      long first = cluster.task(tasks.get(0).id()).times().finished();
      assertThat(first).isLessThanOrEqualTo(ended.times().finished());
    }
  }

  private static int queued(ProcessCluster cluster) throws Exception {
    JsonObject stats = cluster.stats();
    return stats.getJsonArray("types").getJsonObject(0).getInteger("queued");
  }
}
