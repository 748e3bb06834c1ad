package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.worker.api.TaskHandler;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker's log says of its handlers. */
class WorkerLogIT {

  @TempDir Path folder;

  private static void awaitLine(NodeProcess worker, String part) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(worker.log()).anyMatch(line -> line.contains(part)));
  }

  @Test
  void aWorkerSaysWhichHandlersItHasAndWhichAttemptsFailed() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher();
      Path jar = folder.resolve("throwing.jar");
      NodeProcess worker =
          cluster.startWorker(
              "worker-1", HandlerJar.of(jar, FaultyHandlers.Throwing.class, TaskHandler.class));
      awaitLine(
          worker,
          "INFO  WorkerVerticle         has handlers of the types echo, sleep, square, throwing");
      Task failed = get(cluster.client().submit(TaskRequest.of("throwing", 1).withMaxAttempts(2)));
      TaskRequest sleep = TaskRequest.of("sleep", "1m").withTimeout(Duration.ofMillis(200));
      Task late = get(cluster.client().submit(sleep.withMaxAttempts(1)));
      for (int attempt = 1; attempt <= 2; attempt++) {
        awaitLine(
            worker,
            "WARN  FailureLog             task "
                + failed.id()
                + " attempt "
                + attempt
                + " of 'throwing' failed: handler: java.lang.IllegalArgumentException: attempt "
                + attempt
                + " does not like it");
      }
      awaitLine(
          worker, "task " + late.id() + " attempt 1 of 'sleep' failed: timeout: no outcome in 200");
    }
  }
}
