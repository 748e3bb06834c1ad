package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.client.SubmissionException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher whose disk has 64 MiB. Needs root. */
@Tag("debian")
class FullDiskIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int BALLAST_BYTES = 24 << 20;

  @TempDir Path folder;

  @BeforeEach
  void mount() throws Exception {
    run("mount", "-t", "tmpfs", "-o", "size=64m", "errand-test", folder.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    // This process may have loaded RocksDB's library from there.
    run("umount", "-l", folder.toString());
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
  }

  @Test
  void submissionsAreRefusedWhatRunsEndsAndItGoesOnWhenThereIsRoom() throws Exception {
    Path ballast = Files.write(folder.resolve("ballast"), new byte[BALLAST_BYTES]);
    JsonObject store = new JsonObject().put("path", folder.resolve("data").toString());
    try (JvmCluster cluster = new JvmCluster(new JsonObject().put("store", store))) {
      String sleeping = get(cluster.client.submit(TaskRequest.of("sleep", "5s"))).id();
      List<String> waiting = fill(cluster);
      assertThat(waiting).hasSizeGreaterThan(10);
      Task ended = get(cluster.client.await(sleeping, PATIENCE));
      assertThat(ended.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(get(cluster.client.get(waiting.get(0))).state()).isEqualTo(TaskState.QUEUED);
      Files.delete(ballast);
      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreExceptionsMatching(e -> e.getCause() instanceof SubmissionException)
          .until(() -> get(cluster.client.submit(TaskRequest.of("square", 7))) != null);
    }
  }

  /** Submits until there is no room. */
  private static List<String> fill(JvmCluster cluster) {
    List<String> waiting = new ArrayList<>();
    TaskRequest large = TaskRequest.of("nobody-offers-it", "x".repeat(100_000));
    assertThatThrownBy(
            () -> {
              while (waiting.size() < 1_000) {
                waiting.add(get(cluster.client.submit(large)).id());
              }
            })
        .rootCause()
        .isInstanceOf(SubmissionException.class)
        .hasMessageContaining("is full")
        .hasMessageContaining("make room");
    return waiting;
  }
}
