package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import dev.errand.config.security.AuthKey;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dispatcher that is killed leaves no library of RocksDB behind but the one of its store. */
class NativeLibraryIT {

  @TempDir Path folder;

  private void startAndKill(Path store) throws Exception {
    JsonObject conf =
        new JsonObject()
            .put(
                "cluster",
                new JsonObject()
                    .put("authKey", AuthKey.random().text())
                    .put("memberPort", ProcessCluster.freePort()))
            .put("http", new JsonObject().put("port", 0))
            .put("store", new JsonObject().put("path", store.toString()));
    Path file = Files.writeString(folder.resolve("dispatcher.json"), conf.encode());
    String temp = Files.createDirectories(folder.resolve("temp")).toString();
    NodeProcess node =
        NodeProcess.start(
            "dispatcher",
            new NodeProcess.Launch(
                ProcessCluster.jar("dispatcher"),
                file,
                List.of("-Djava.io.tmpdir=" + temp),
                List.of()),
            ProcessCluster.DISPATCHER_READY);
    try {
      node.awaitStart(60);
    } finally {
      node.kill();
      node.awaitEnd(20);
    }
  }

  private static List<Path> libraries(Path below) throws IOException {
    try (Stream<Path> all = Files.walk(below)) {
      return all.filter(file -> file.getFileName().toString().contains("rocksdbjni")).toList();
    }
  }

  @Test
  void twoLivesHaveTheSameLibraryAndOneThatIsCutOffIsMadeAnew() throws Exception {
    Path store = folder.resolve("store");
    startAndKill(store);
    List<Path> first = libraries(folder);
    assertThat(first).hasSize(1);
    Path library = first.get(0);
    assertThat(library).hasParent(store.resolve("native"));
    Object before = Files.readAttributes(library, "unix:ino,lastModifiedTime");
    startAndKill(store);
    assertThat(libraries(folder)).isEqualTo(first);
    assertThat(Files.readAttributes(library, "unix:ino,lastModifiedTime")).isEqualTo(before);
    long size = Files.size(library);
    try (FileChannel channel = FileChannel.open(library, StandardOpenOption.WRITE)) {
      channel.truncate(size / 2);
    }
    startAndKill(store);
    assertThat(libraries(folder)).isEqualTo(first);
    assertThat(library).hasSize(size);
  }

  /** Needs root. */
  @Test
  @Tag("debian")
  void whereNothingMayBeExecutedItIsLoadedFromElsewhere() throws Exception {
    Path store = Files.createDirectory(folder.resolve("store"));
    run("mount", "-t", "tmpfs", "-o", "size=128m,noexec", "errand-test", store.toString());
    try {
      startAndKill(store);
      assertThat(libraries(folder.resolve("temp"))).hasSize(1);
    } finally {
      run("umount", store.toString());
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
  }
}
