package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./errand store check} and {@code export}, on what a dispatcher has left. */
class StoreCommandIT {

  private static final int ENDED = 20;
  private static final int WAITING = 5;

  @TempDir Path folder;

  /** For the command's temporary files. */
  @TempDir Path temp;

  private record Ending(int code, List<String> out, List<String> err) {
    private String last() {
      return out.get(out.size() - 1);
    }
  }

  private Ending run(String module, String... arguments) throws Exception {
    return run(true, module, arguments);
  }

  /**
   * Runs it to its end.
   *
   * @param isRead whether anybody reads its standard output
   */
  private Ending run(boolean isRead, String module, String... arguments) throws Exception {
    List<String> command = command(module, arguments);
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectError(err.toFile());
    if (isRead) {
      builder.redirectOutput(out.toFile());
    }
    builder.environment().keySet().removeIf(name -> name.startsWith("ERRAND_"));
    Process process = builder.start();
    process.getInputStream().close();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> said = Files.readAllLines(err);
    return new Ending(
        process.exitValue(),
        Files.readAllLines(out),
        said.stream().filter(line -> !line.startsWith("WARNING:")).toList());
  }

  private List<String> command(String module, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + temp));
    command.addAll(List.of("-jar", ProcessCluster.jar(module).toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  private Ending store(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("store"));
    all.addAll(List.of(arguments));
    return run("command", all.toArray(String[]::new));
  }

  /** Tasks that have ended, and some that wait. */
  private void submit(ProcessCluster cluster) throws Exception {
    TaskClient client = cluster.client();
    for (int i = 0; i < ENDED; i++) {
      get(client.call("square", i, String.class));
    }
    for (int i = 0; i < WAITING; i++) {
      TaskRequest request =
          TaskRequest.of("nobody-offers-it", new JsonObject().put("line\n", i))
              .withPriority(7)
              .withTimeout(Duration.ofSeconds(90))
              .withIdempotencyKey("key-" + i);
      get(client.submit(request));
    }
    cluster.clientLeaves();
  }

  private static void flip(Path file) throws IOException {
    try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
      raf.seek(raf.length() / 2);
      int before = raf.read();
      raf.seek(raf.length() / 2);
      raf.write(before ^ 0x10);
    }
  }

  private static Path log(Path store) throws IOException {
    try (Stream<Path> files = Files.list(store.resolve("tasks"))) {
      return files.filter(file -> file.toString().endsWith(".log")).findAny().orElseThrow();
    }
  }

  @Test
  void aStoreIsCheckedAndExportedAndItsDamageIsTold() throws Exception {
    Path store = folder.resolve("store");
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess dispatcher =
          cluster.dispatcher(cluster.dispatcherConf().put("store", cluster.diskStore("store")));
      cluster.worker("worker-1");
      submit(cluster);
      Ending held = store("check", store.toString());
      assertThat(held.code()).as(held.toString()).isEqualTo(2);
      assertThat(held.err()).hasSize(1);
      assertThat(held.err().get(0))
          .contains(store.toString(), "is held by process " + dispatcher.handle().pid());
      // It has its folder still.
      submit(cluster);
      dispatcher.end();
      assertThat(dispatcher.awaitEnd(30)).isZero();
    }
    isFine(store);
    for (String what : List.of("check", "export")) {
      cannotBeWritten(what, store);
    }
    flip(log(store));
    isDamaged(store);
    assertThat(salvaged()).isEmpty();
  }

  private void cannotBeWritten(String what, Path store) throws Exception {
    Path err = folder.resolve("err-" + what);
    ProcessBuilder builder =
        new ProcessBuilder(command("command", "store", what, store.toString()));
    builder.redirectOutput(new File("/dev/full")).redirectError(err.toFile());
    assertThat(builder.start().waitFor()).isEqualTo(1);
    assertThat(Files.readAllLines(err).stream().filter(line -> !line.startsWith("WARNING:")))
        .singleElement()
        .asString()
        .startsWith("errand: the standard output can't be written to: ");
  }

  /** Folders with what is left of damaged stores. */
  private List<Path> salvaged() throws IOException {
    try (Stream<Path> all = Files.list(temp)) {
      return all.filter(file -> file.toString().contains("errand-store")).toList();
    }
  }

  /** Also if the folder is a copy without one of the locks. */
  @Test
  void whileAStoreIsReadNoDispatcherChangesItAndWhoeverIsInterruptedLeavesNothing()
      throws Exception {
    Path store = folder.resolve("store");
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      JsonObject disk = cluster.diskStore("store");
      NodeProcess dispatcher = cluster.dispatcher(cluster.dispatcherConf().put("store", disk));
      dispatcher.end();
      assertThat(dispatcher.awaitEnd(30)).isZero();
    }
    Files.delete(store.resolve("held-by"));
    Path log = log(store);
    Files.write(log, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    byte[] before = Files.readAllBytes(log);
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    List<String> export =
        command("command", "store", "export", store.toString(), "--to", fifo.toString());
    Process reader = new ProcessBuilder(export).start();
    try {
      // It waits for somebody to read what it writes.
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !salvaged().isEmpty());
      Ending start = run("dispatcher", "-conf", folder.resolve("dispatcher.json").toString());
      assertThat(start.code()).as(start.toString()).isEqualTo(6);
      assertThat(start.err())
          .containsExactly(
              "errand: the store in "
                  + store
                  + " is held by ./errand store check or export, which reads it:"
                  + " stop that first, or set another store.path");
      assertThat(log(store)).isEqualTo(log).hasBinaryContent(before);
      reader.destroy();
      assertThat(reader.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      reader.destroyForcibly();
    }
    assertThat(salvaged()).isEmpty();
    temp = temp.resolve("nowhere");
    Ending check = store("check", store.toString());
    assertThat(check.code()).as(check.toString()).isEqualTo(6);
    assertThat(check.err()).hasSize(1);
    assertThat(check.err().get(0))
        .startsWith("errand: what is left of the store in " + store + " needs a folder among the")
        .contains("(" + temp)
        .endsWith(
            ": make room there, or name another place by"
                + " JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=FOLDER");
  }

  private void isFine(Path store) throws Exception {
    Ending check = store("check", store.toString());
    assertThat(check.code()).as(check.toString()).isZero();
    assertThat(check.err()).isEmpty();
    assertThat(check.out())
        .contains("45 tasks: 5 queued, 40 succeeded", "type square: 40 tasks")
        .endsWith("all of it can be read");
    Ending export = store("export", "-conf", folder.resolve("dispatcher.json").toString());
    assertThat(export.code()).as(export.toString()).isZero();
    assertThat(export.err()).containsExactly("45 tasks written");
    List<JsonObject> tasks = export.out().stream().map(JsonObject::new).toList();
    assertThat(tasks).hasSize(45);
    assertThat(tasks.get(3).getString("type")).isEqualTo("square");
    assertThat(tasks.get(3).getInteger("payload")).isEqualTo(3);
    assertThat(tasks.get(3).getString("result")).isEqualTo("3 * 3 = 9");
    assertThat(tasks.get(3).getString("worker")).isEqualTo("worker-1");
    assertThat(tasks.get(3).getInstant("finishedAt")).isNotNull();
    Path file = folder.resolve("tasks.ndjson");
    assertThat(store("export", store.toString(), "--unfinished", "--to", file.toString()).code())
        .isZero();
    List<JsonObject> waiting = Files.readAllLines(file).stream().map(JsonObject::new).toList();
    assertThat(waiting).hasSize(WAITING);
    Ending unread = run(false, "command", "store", "export", store.toString());
    assertThat(unread).isEqualTo(new Ending(0, List.of(), List.of()));
    Path sub = Files.createDirectory(folder.resolve("sub"));
    Path link = Files.createSymbolicLink(sub.resolve("link"), sub);
    assertThat(store("check", link.resolve("../store").toString()).code()).isZero();
    Ending again = store("export", store.toString(), "--to", file.toString());
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err())
        .containsExactly(
            "errand: --to " + file + " is there already: name another file, or move it away");
    assertThat(Files.readAllLines(file)).hasSize(WAITING);
    Ending nowhere = store("export", store.toString(), "--to", "nodir/x");
    assertThat(nowhere.code()).isEqualTo(2);
    assertThat(nowhere.err())
        .containsExactly(
            "errand: --to nodir/x can't be made: the folder "
                + folder.toRealPath().resolve("nodir")
                + " is not there");
    exportIsRefused(store, sub.toString(), sub + " is a folder: name a file");
    exportIsRefused(store, "", "'' is a folder: name a file");
    exportIsRefused(store, file + "/x", file + "/x can't be written: Not a directory");
    JsonObject first = waiting.get(0);
    assertThat(first.getString("state")).isEqualTo("queued");
    assertThat(first.getString("timeout")).isEqualTo("90s");
    assertThat(first.getInteger("priority")).isEqualTo(7);
    assertThat(first.getString("idempotencyKey")).isEqualTo("key-0");
    assertThat(first.getJsonObject("payload")).isEqualTo(new JsonObject().put("line\n", 0));
  }

  private void isDamaged(Path store) throws Exception {
    Ending start = run("dispatcher", "-conf", folder.resolve("dispatcher.json").toString());
    assertThat(start.code()).as(start.toString()).isEqualTo(6);
    assertThat(start.err()).hasSize(1);
    assertThat(start.err().get(0))
        .contains("the store in " + store)
        .contains("./errand store check " + store)
        .endsWith("./errand store export " + store);
    Ending check = store("check", store.toString());
    assertThat(check.code()).as(check.toString()).isEqualTo(6);
    assertThat(check.out().toString())
        .contains("damaged: " + log(store) + " can't be read behind ");
    assertThat(check.last())
        .startsWith("the store is damaged: bring the folder back from a copy")
        .contains("./errand store export " + store);
    Ending export = store("export", store.toString());
    assertThat(export.code()).as(export.toString()).isEqualTo(6);
    assertThat(export.err().get(0))
        .startsWith("damaged: " + log(store) + " can't be read behind ")
        .endsWith(" bytes: tasks may be missing");
    assertThat(export.err().get(export.err().size() - 1)).startsWith("errand: not all");
    assertThat(export.out()).hasSizeBetween(40, 45).allMatch(line -> line.startsWith("{\"id\":"));
  }

  @Test
  void wrongUseEndsWithTwo() throws Exception {
    Ending nothing = store("check");
    assertThat(nothing.code()).isEqualTo(2);
    assertThat(nothing.err()).hasSize(1);
    assertThat(nothing.err().get(0))
        .contains("there is no store in " + folder.toRealPath().resolve("data"), "store.path");
    assertThat(store("export", "-conf", "{\"store\": {\"kind\": \"memory\"}}").err().get(0))
        .contains("there is no store on a disk");
    assertThat(store("check", "-conf", "nothing.json").err().get(0))
        .contains("nothing.json can't be read");
    assertThat(store("check", "one", "-conf", "{}").code()).isEqualTo(2);
    assertThat(store().code()).isEqualTo(2);
  }

  private void exportIsRefused(Path store, String to, String why) throws Exception {
    Ending ending = store("export", store.toString(), "--to", to);
    assertThat(ending.code()).isEqualTo(2);
    assertThat(ending.err()).containsExactly("errand: --to " + why);
  }
}
