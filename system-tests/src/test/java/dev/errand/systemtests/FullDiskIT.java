package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.command.NodeProcess;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.client.SubmissionException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
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

  private static final int STORE_FAILED = 6;

  @TempDir Path folder;

  /** For what is not the store's. */
  @TempDir Path nodes;

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
      List<String> waiting = fill(cluster, "nobody-offers-it");
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

  @Test
  void whatIsForgottenMakesRoom() throws Exception {
    JsonObject store =
        new JsonObject()
            .put("path", folder.resolve("data").toString())
            .put("retention", new JsonObject().put("succeeded", "10s"));
    try (JvmCluster cluster = new JvmCluster(new JsonObject().put("store", store))) {
      assertThat(fill(cluster, "echo")).hasSizeGreaterThan(10);
      for (int times = 0; times < 2; times++) {
        List<String> more = new ArrayList<>();
        // There is room for one of them before there is for all.
        Awaitility.await()
            .atMost(PATIENCE)
            .ignoreExceptionsMatching(e -> e.getCause() instanceof SubmissionException)
            .until(
                () -> more.add(get(cluster.client.submit(large("echo"))).id()),
                any -> more.size() > 10);
        fill(cluster, "echo");
      }
    }
  }

  @Test
  void anIdleOneOutlivesADiskWithNothingLeftAndGoesOnWhenThereIsRoom() throws Exception {
    Path ballast = folder.resolve("ballast");
    Path store = folder.resolve("data");
    JsonObject disk = new JsonObject().put("kind", "disk").put("path", store.toString());
    try (ProcessCluster cluster = new ProcessCluster(nodes)) {
      JsonObject conf = cluster.dispatcherConf().put("store", disk);
      NodeProcess dispatcher = cluster.dispatcher(conf);
      cluster.worker("worker-1");
      String sleeping = get(cluster.client().submit(TaskRequest.of("sleep", "6s"))).id();
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> cluster.task(sleeping).state() == TaskState.RUNNING);
      fillUp(ballast);
      // Its end has its place in the log, which was set aside; the mark has none.
      Task ended = get(cluster.client().await(sleeping, PATIENCE));
      assertThat(ended.state()).isEqualTo(TaskState.SUCCEEDED);
      String mark = Files.readString(store.resolve("mark"));
      TaskRequest square = TaskRequest.of("square", 7);
      Awaitility.await()
          .during(Duration.ofSeconds(3))
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> get(cluster.client().submit(square)))
                      .rootCause()
                      .isInstanceOf(SubmissionException.class)
                      .hasMessageContaining("is full"));
      assertThat(store.resolve("mark")).hasContent(mark);
      Files.delete(ballast);
      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreExceptionsMatching(e -> e.getCause() instanceof SubmissionException)
          .until(() -> get(cluster.client().submit(square)) != null);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> !Files.readString(store.resolve("mark")).equals(mark));
      dispatcher.end();
      assertThat(dispatcher.awaitEnd(30)).isZero();
    }
  }

  @Test
  void aStartWithANewFolderSaysThatThereIsNoRoom() throws Exception {
    startSaysThatThereIsNoRoom(false);
  }

  @Test
  void soDoesOneWithAnOldFolder() throws Exception {
    startSaysThatThereIsNoRoom(true);
  }

  private void startSaysThatThereIsNoRoom(boolean isOld) throws Exception {
    Path ballast = folder.resolve("ballast");
    Path store = folder.resolve("data");
    JsonObject disk = new JsonObject().put("kind", "disk").put("path", store.toString());
    try (ProcessCluster cluster = new ProcessCluster(nodes)) {
      JsonObject conf = cluster.dispatcherConf().put("store", disk);
      if (isOld) {
        NodeProcess first = cluster.dispatcher(conf);
        get(cluster.client().submit(TaskRequest.of("nobody-offers-it", 1)));
        cluster.clientLeaves();
        first.end();
        assertThat(first.awaitEnd(30)).isZero();
      }
      fillUp(ballast);
      NodeProcess full = cluster.startDispatcher(conf);
      assertThat(full.awaitEnd(60)).isEqualTo(STORE_FAILED);
      assertThat(full.log())
          .filteredOn(line -> line.startsWith("errand: "))
          .containsExactly(
              "errand: the disk of " + store + " is full: make room, then start again");
      Files.delete(ballast);
      cluster.dispatcher(conf);
      assertThat(Books.of(cluster.stats()).submitted()).isEqualTo(isOld ? 1 : 0);
    }
  }

  /** Nothing is left. */
  private static void fillUp(Path ballast) throws IOException {
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(new byte[4_096]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
    assertThat(Files.getFileStore(ballast).getUsableSpace()).isZero();
  }

  /** Submits until there is no room. */
  private static List<String> fill(JvmCluster cluster, String type) {
    List<String> submitted = new ArrayList<>();
    TaskRequest large = large(type);
    assertThatThrownBy(
            () -> {
              while (submitted.size() < 1_000) {
                submitted.add(get(cluster.client.submit(large)).id());
              }
            })
        .rootCause()
        .isInstanceOf(SubmissionException.class)
        .hasMessageContaining("is full")
        .hasMessageContaining("make room");
    return submitted;
  }

  private static TaskRequest large(String type) {
    return TaskRequest.of(type, "x".repeat(100_000));
  }
}
