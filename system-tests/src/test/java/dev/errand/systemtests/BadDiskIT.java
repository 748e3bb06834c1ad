package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher whose disk fails, or can't be written to. Needs root and python3-fusepy. */
@Tag("debian")
class BadDiskIT {

  private static final int STORE_FAILED = 6;
  private static final int TASKS = 100;

  @TempDir Path folder;

  private static String lastLine(NodeProcess node) {
    List<String> log = node.log().stream().filter(line -> line.startsWith("errand: ")).toList();
    assertThat(log).as(String.join("\n", node.log())).hasSize(1);
    return log.get(0);
  }

  @Test
  void aWriteThatFailsEndsTheDispatcherAndNothingOfItIsAcknowledged() throws Exception {
    endsWhenThatFails("write");
  }

  @Test
  void soDoesOneThatCannotBeForced() throws Exception {
    endsWhenThatFails("fsync");
  }

  private void endsWhenThatFails(String what) throws Exception {
    try (ForgetfulFolder disk = new ForgetfulFolder(folder);
        ProcessCluster cluster = new ProcessCluster(folder)) {
      String path = folder.relativize(disk.path()) + "/data";
      JsonObject conf = cluster.dispatcherConf().put("store", cluster.diskStore(path));
      NodeProcess first = cluster.dispatcher(conf);
      String kept = get(cluster.client().submit(TaskRequest.of("nobody-offers-it", 1))).id();
      disk.fail(what);
      TaskRequest request = TaskRequest.of("nobody-offers-it", 2).withIdempotencyKey("2");
      Future<?> unanswered = cluster.client().submit(request);
      assertThat(first.awaitEnd(30)).isEqualTo(STORE_FAILED);
      assertThat(lastLine(first))
          .contains("the store in " + disk.path().resolve("data") + " failed: ")
          .contains("Input/output error")
          .endsWith("look after the disk, then start again");
      assertThat(unanswered.isComplete()).isFalse();
      disk.fail("");
      cluster.dispatcher(conf);
      // The client that was there before is told that it has to ask again; one that comes is not.
      cluster.clientLeaves();
      String again = get(cluster.client().submit(request)).id();
      assertThat(cluster.task(again).state()).isEqualTo(TaskState.QUEUED);
      assertThat(cluster.task(kept).state()).isEqualTo(TaskState.QUEUED);
    }
  }

  @Test
  void aFolderThatCanOnlyBeReadRefusesTheStart() throws Exception {
    Path store = folder.resolve("store");
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject conf = cluster.dispatcherConf().put("store", cluster.diskStore("store"));
      NodeProcess first = cluster.dispatcher(conf);
      first.end();
      assertThat(first.awaitEnd(30)).isZero();
      refused(cluster, conf, store);
      refused(
          cluster,
          conf.copy().put("store", cluster.diskStore("store/below")),
          store.resolve("below"));
    }
  }

  @Test
  void whereALogCannotBeReadItsOtherTasksAreExported() throws Exception {
    try (ForgetfulFolder disk = new ForgetfulFolder(folder);
        ProcessCluster cluster = new ProcessCluster(folder)) {
      Path store = disk.path().resolve("data");
      JsonObject conf =
          cluster.dispatcherConf().put("store", new JsonObject().put("path", store.toString()));
      NodeProcess dispatcher = cluster.dispatcher(conf);
      TaskRequest request = TaskRequest.of("nobody-offers-it", "x".repeat(1_000));
      for (int i = 0; i < TASKS; i++) {
        get(cluster.client().submit(request));
      }
      cluster.clientLeaves();
      dispatcher.end();
      assertThat(dispatcher.awaitEnd(30)).isZero();
      disk.fail("read");
      NodeProcess refused = cluster.startDispatcher(conf);
      assertThat(refused.awaitEnd(60)).isEqualTo(STORE_FAILED);
      assertThat(lastLine(refused)).contains(".log can't be read: Input/output error; bring");
      NodeProcess export = export(store);
      assertThat(export.awaitEnd(60)).isEqualTo(STORE_FAILED);
      assertThat(lastLine(export)).startsWith("errand: not all of the store can be read");
      assertThat(export.log())
          .filteredOn(line -> line.startsWith("{\"id\":"))
          .hasSizeBetween(TASKS - 40, TASKS - 20);
      assertThat(export.log())
          .anyMatch(line -> line.matches("damaged: " + store + "/tasks/\\d+.log can't be read .*"));
    }
  }

  private static NodeProcess export(Path store) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String jar = ProcessCluster.jar("command").toString();
    return NodeProcess.start(
        "export",
        new ProcessBuilder(java, "-jar", jar, "store", "export", store.toString()),
        Pattern.compile("tasks written"));
  }

  /** Mounted over itself, for reading only. */
  private static void refused(ProcessCluster cluster, JsonObject conf, Path store)
      throws Exception {
    Path mounted = Files.exists(store) ? store : store.getParent();
    run("mount", "--bind", mounted.toString(), mounted.toString());
    try {
      run("mount", "-o", "remount,bind,ro", mounted.toString());
      NodeProcess refused = cluster.startDispatcher(conf);
      assertThat(refused.awaitEnd(60)).isEqualTo(STORE_FAILED);
      assertThat(lastLine(refused))
          .contains("the store's folder " + store + " can't be made or written to")
          .contains("ead-only")
          .endsWith("set store.path to one that can");
    } finally {
      run("umount", mounted.toString());
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
  }
}
