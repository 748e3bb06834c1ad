package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher that starts anew interrupts nothing that workers run. */
class DispatcherLossIT {

  @TempDir Path folder;

  @Test
  void whatRunsWhileADispatcherIsKilledRunsOnce() throws Exception {
    runsOnce("KILL");
  }

  @Test
  void whatRunsWhileADispatcherIsStoppedRunsOnce() throws Exception {
    runsOnce("TERM");
  }

  private void runsOnce(String signal) throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = cluster.dispatcherConf().put("store", cluster.diskStore("store"));
      NodeProcess dispatcher = cluster.dispatcher(conf);
      cluster.worker("worker");
      TaskClient client = cluster.client();
      Task task = get(client.submit(TaskRequest.of("sleep", "15s").withMaxAttempts(1)));
      await().until(() -> cluster.task(task.id()).state() == TaskState.RUNNING);
      ProcessCluster.signal(dispatcher, signal);
      dispatcher.awaitEnd(20);
      long gone = System.nanoTime();
      // Three heartbeats are missed, and a fourth.
      await().atMost(Duration.ofSeconds(10)).until(() -> System.nanoTime() - gone > 4e9);
      cluster.dispatcher(conf);
      Task ended = get(client.await(task.id(), Duration.ofSeconds(40)));
      assertThat(ended.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(ended.attempt()).isEqualTo(1);
    }
  }
}
