package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import dev.errand.config.security.AuthKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The images of the Containerfile, built without a registry on a base without a shell, and started:
 * with a read-only root, no capabilities, and little memory. Needs root, buildah, podman and runc.
 */
@Tag("debian")
class ImagesIT {

  private static final String BASE = "localhost/errand-base";
  private static final String USER = "10001:10001";
  private static final long MOST_BYTES = 250_000_000;
  private static final int PATIENCE_SECONDS = 60;

  @TempDir Path folder;
  private final int memberPort = ProcessCluster.freePort();
  private final int httpPort = ProcessCluster.freePort();
  private final List<NodeProcess> nodes = new ArrayList<>();

  /** A tool with images and containers of this test alone. */
  private List<String> command(String tool, String... arguments) {
    List<String> command = new ArrayList<>(List.of(tool, "--storage-driver", "vfs"));
    command.addAll(List.of("--root", folder.resolve("images").toString()));
    command.addAll(List.of("--runroot", folder.resolve("containers").toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  private String run(String tool, String... arguments) throws Exception {
    return Shell.run(command(tool, arguments).toArray(String[]::new));
  }

  @AfterEach
  void removeAll() throws Exception {
    run("podman", "rm", "--all", "--force", "--time", "0");
    for (NodeProcess node : nodes) {
      node.awaitEnd(PATIENCE_SECONDS);
    }
    run("podman", "rmi", "--all", "--force");
  }

  @Test
  void bothRunATaskAndEndInOrder() throws Exception {
    buildBase();
    copyBuilt();
    for (String target : List.of("dispatcher", "worker")) {
      long bytes = build(target);
      System.out.println("image errand-" + target + ": " + bytes / 1_000_000 + " MB");
      assertThat(bytes).isLessThan(MOST_BYTES);
    }
    writeSettings();
    NodeProcess dispatcher = start("dispatcher", ProcessCluster.DISPATCHER_READY);
    dispatcher.awaitStart(PATIENCE_SECONDS);
    NodeProcess worker = start("worker", ProcessCluster.WORKER_READY);
    worker.awaitStart(PATIENCE_SECONDS);
    assertThat(new HttpApi(httpPort, null).run("square", 423).getString("result"))
        .isEqualTo("423 * 423 = 178929");
    for (NodeProcess node : List.of(worker, dispatcher)) {
      assertThat(node.log())
          .as("three fifths of the container's memory")
          .anyMatch(line -> line.contains("Heap Max Capacity: 30"))
          .as("and less for direct memory")
          .anyMatch(line -> line.matches(".*-XX:MaxDirectMemorySize=1\\d{8} .*"));
      // podman passes it on to the container's first process.
      node.end();
      assertThat(node.awaitEnd(PATIENCE_SECONDS)).isZero();
    }
  }

  private void buildBase() throws Exception {
    JavaRoot.make(folder.resolve("base/root"));
    Path file =
        Files.writeString(
            folder.resolve("base/Containerfile"),
            "FROM scratch\nCOPY root/ /\nENV PATH=" + JavaRoot.PATH + "\n");
    run("buildah", "build", "--file", file.toString(), "--tag", BASE, file.getParent().toString());
  }

  /** What is copied into images, as whoever has a umask of 077 has built it. */
  private void copyBuilt() throws Exception {
    for (String module : List.of("dispatcher", "worker-verticle")) {
      Path built = ProcessCluster.root().resolve(module + "/target");
      Path target = Files.createDirectories(context().resolve(module + "/target"));
      Shell.run("cp", "-R", built.resolve("lib").toString(), target.toString());
      Files.copy(built.resolve(module + ".jar"), target.resolve(module + ".jar"));
    }
    Shell.run("chmod", "-R", "u=rwX,go=", context().toString());
  }

  private Path context() {
    return folder.resolve("context");
  }

  /** How large it becomes. */
  private long build(String target) throws Exception {
    Path root = context();
    Path file = ProcessCluster.root().resolve("config/Containerfile");
    Stream<String> arguments =
        Stream.of("build", "--file", file.toString(), "--build-arg", "BASE=" + BASE);
    Stream<String> result = Stream.of("--target", target, "--tag", image(target), root.toString());
    run("buildah", Stream.concat(arguments, result).toArray(String[]::new));
    String size = run("podman", "image", "inspect", "--format", "{{.Size}}", image(target));
    return Long.parseLong(size.strip());
  }

  private static String image(String target) {
    return "localhost/errand-" + target;
  }

  private void writeSettings() throws Exception {
    Path settings = Files.createDirectories(folder.resolve("settings"));
    Files.createDirectories(folder.resolve("store"));
    Path key = Files.writeString(settings.resolve("authkey"), AuthKey.random().text());
    JsonObject cluster = new JsonObject().put("authKeyFile", "/etc/errand/authkey");
    write(
        "dispatcher",
        new JsonObject()
            .put("cluster", cluster.copy().put("memberPort", memberPort))
            .put("http", new JsonObject().put("port", httpPort))
            .put("store", new JsonObject().put("path", "/var/lib/errand/store")));
    JsonArray peers = new JsonArray().add("127.0.0.1:" + memberPort);
    write("worker", new JsonObject().put("cluster", cluster.copy().put("peers", peers)));
    Shell.run("chmod", "600", key.toString());
    Shell.run("chown", "-R", USER, settings.toString(), folder.resolve("store").toString());
  }

  private void write(String target, JsonObject conf) throws IOException {
    Files.writeString(folder.resolve("settings").resolve(target + ".json"), conf.encode());
  }

  private NodeProcess start(String target, Pattern ready) throws IOException {
    List<String> command =
        command("podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs", "run", "--rm");
    command.addAll(List.of("--read-only", "--cap-drop", "all", "--memory", "512m"));
    command.addAll(List.of("--security-opt", "no-new-privileges", "--network", "host"));
    // Those that podman sets of itself are more than some hosts allow.
    command.addAll(List.of("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"));
    command.addAll(List.of("--volume", folder.resolve("settings") + ":/etc/errand:ro"));
    command.addAll(List.of("--volume", folder.resolve("store") + ":/var/lib/errand"));
    command.addAll(List.of("--env", "JAVA_TOOL_OPTIONS=-Xlog:gc+init -XX:+PrintCommandLineFlags"));
    command.addAll(List.of(image(target), "-conf", "/etc/errand/" + target + ".json"));
    NodeProcess node = NodeProcess.start(target, new ProcessBuilder(command), ready);
    nodes.add(node);
    return node;
  }
}
