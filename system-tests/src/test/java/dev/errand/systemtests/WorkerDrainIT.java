package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import dev.errand.config.cluster.Membership;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that is told to leave finishes what runs, as long as that takes, and is gone. */
class WorkerDrainIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int WAITING = 6;

  @TempDir Path folder;

  /** One that runs one task at once, and has no patience at a stop. */
  private static JsonObject conf(ProcessCluster cluster, String worker) {
    JsonObject conf = cluster.workerConf(worker);
    conf.getJsonObject("worker").put("slots", 1).put("drain", "100ms");
    return conf;
  }

  @Test
  void aWorkerThatIsToldToLeaveFinishesWhatRunsAndTheOthersDoTheRest() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher();
      NodeProcess leaving = cluster.worker("leaving", conf(cluster, "leaving"));
      NodeProcess staying = cluster.worker("staying", conf(cluster, "staying"));
      TaskClient client = cluster.client();
      List<String> long2 = submit(client, 2, "6s");
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  long2.stream()
                          .map(id -> find(client, id).worker())
                          .filter(Objects::nonNull)
                          .distinct()
                          .count()
                      == 2);
      List<String> waiting = submit(client, WAITING, "10ms");
      cluster.drain("leaving");
      cluster.drain("leaving");
      assertThat(leaving.awaitEnd(PATIENCE.toSeconds())).isZero();
      List<String> workers = new ArrayList<>();
      for (String id : long2) {
        workers.add(succeeded(client, id).worker());
      }
      assertThat(workers).containsExactlyInAnyOrder("leaving", "staying");
      for (String id : waiting) {
        assertThat(succeeded(client, id).worker()).isEqualTo("staying");
      }
      awaitWorkers(cluster::stats, 1);
      assertThat(staying.handle().isAlive()).isTrue();
      assertThat(leaving.log())
          .anyMatch(line -> line.contains("told to leave"))
          .noneMatch(line -> line.contains("WARN") || line.contains("ERROR"));
    }
  }

  /** The dispatcher hears a moment later that one has left. */
  private static void awaitWorkers(Callable<JsonObject> stats, int count) {
    await().atMost(PATIENCE).until(() -> stats.call().getJsonArray("workers").size() == count);
  }

  private static List<String> submit(TaskClient client, int count, String howLong)
      throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(get(client.submit(TaskRequest.of("sleep", howLong))).id());
    }
    return ids;
  }

  private static Task find(TaskClient client, String id) {
    try {
      return ProcessCluster.find(client, id);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Task succeeded(TaskClient client, String id) throws Exception {
    Task ended = get(client.await(id, PATIENCE));
    assertThat(ended.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(ended.attempt()).isOne();
    return ended;
  }

  @Test
  void aWorkerThatIsToldToStopFinishesWhatRunsAndGetsNothingNew() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher();
      JsonObject conf = cluster.workerConf("leaving");
      conf.getJsonObject("worker").put("slots", 2).put("drain", "20s");
      NodeProcess leaving = cluster.worker("leaving", conf);
      TaskClient client = cluster.client();
      List<String> running = submit(client, 2, "5s");
      await()
          .atMost(PATIENCE)
          .until(
              () -> running.stream().allMatch(id -> find(client, id).state() == TaskState.RUNNING));
      List<String> waiting = submit(client, WAITING, "10ms");
      leaving.end();
      List<Task> ended = new ArrayList<>();
      for (String id : running) {
        ended.add(succeeded(client, id));
      }
      assertThat(ended).extracting(Task::worker).containsOnly("leaving");
      assertThat(leaving.awaitEnd(PATIENCE.toSeconds())).isZero();
      for (String id : waiting) {
        Task task = find(client, id);
        assertThat(task.state()).isEqualTo(TaskState.QUEUED);
        assertThat(task.attempt()).as("attempts that were burnt").isZero();
      }
      cluster.worker("next");
      for (String id : waiting) {
        assertThat(succeeded(client, id).worker()).isEqualTo("next");
      }
    }
  }

  @Test
  void aWorkerWhereNothingRunsLeavesAtOnce() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher();
      NodeProcess idle = cluster.worker("idle");
      cluster.drain("idle");
      assertThat(idle.awaitEnd(PATIENCE.toSeconds())).isZero();
      awaitWorkers(cluster::stats, 0);
    }
  }

  @Test
  void aWorkerThatIsToldToStopWhileItDrainsHurries() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher();
      NodeProcess leaving = cluster.worker("leaving", conf(cluster, "leaving"));
      TaskClient client = cluster.client();
      String id = submit(client, 1, "60s").get(0);
      await().atMost(PATIENCE).until(() -> find(client, id).state() == TaskState.RUNNING);
      cluster.drain("leaving");
      await()
          .atMost(PATIENCE)
          .until(() -> leaving.log().stream().anyMatch(line -> line.contains("told to leave")));
      leaving.end();
      assertThat(leaving.awaitEnd(PATIENCE.toSeconds())).isZero();
      assertThat(find(client, id).state()).isEqualTo(TaskState.QUEUED);
    }
  }

  @Test
  void aWorkerInAProgramOfOnesOwnIsUndeployedAndTheProgramGoesOn() throws Exception {
    try (JvmCluster cluster = new JvmCluster(new JsonObject())) {
      Vertx node = cluster.worker("embedded");
      awaitWorkers(cluster::stats, 2);
      cluster.drain("embedded");
      await().atMost(PATIENCE).until(() -> node.deploymentIDs().isEmpty());
      awaitWorkers(cluster::stats, 1);
      assertThat(Membership.of(node).isAlive()).isTrue();
      assertThat(succeeded(cluster.client, submit(cluster.client, 1, "1ms").get(0)).worker())
          .isEqualTo("worker");
    }
  }
}
