package dev.errand.command;

import dev.errand.config.security.AuthKey;
import dev.errand.config.security.SharedKeys;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A dispatcher and workers on this machine, each a process of its own, on free ports and with a
 * fresh key. {@link #close} ends them all; it may be called from any thread, more than once.
 */
final class DemoCluster implements AutoCloseable {

  private static final long START_SECONDS = 60;
  private static final long END_SECONDS = 15;
  private static final Pattern DISPATCHER_READY =
      Pattern.compile("dispatcher of cluster .* at (\\S+), (http://\\S+)");
  private static final Pattern WORKER_READY = Pattern.compile("the dispatcher is there");

  private final Path home;
  private final Path folder;
  private final AuthKey key = AuthKey.random();
  private final List<NodeProcess> nodes = new ArrayList<>();
  private PeerAddress member;
  private String page;
  private final CompletableFuture<Void> broken = new CompletableFuture<>();
  private boolean closed;

  /**
   * A cluster without nodes.
   *
   * @param home the folder that has the modules' folders
   */
  DemoCluster(Path home) throws IOException {
    this.home = home;
    this.folder = Files.createTempDirectory("errand-demo");
    Path file =
        Files.createFile(
            folder.resolve("authkey"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, key.text());
  }

  /** Starts the dispatcher and waits for it. */
  void startDispatcher() throws IOException, InterruptedException {
    JsonObject conf =
        new JsonObject()
            .put("cluster", cluster().put("memberPort", 0))
            .put("http", new JsonObject().put("port", 0))
            .put("store", new JsonObject().put("path", folder.resolve("store").toString()));
    NodeProcess node = start("dispatcher", "dispatcher", conf, DISPATCHER_READY);
    Matcher line = node.awaitStart(START_SECONDS);
    member = PeerAddress.parse(line.group(1));
    page = line.group(2);
  }

  /** Starts so many workers and waits until the dispatcher has welcomed each. */
  void startWorkers(int count) throws IOException, InterruptedException {
    List<NodeProcess> workers = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      String name = "worker-" + i;
      JsonObject conf =
          new JsonObject()
              .put("cluster", cluster().put("peers", new JsonArray().add(member.text())))
              .put("worker", new JsonObject().put("name", name));
      workers.add(start(name, "worker-verticle", conf, WORKER_READY));
    }
    for (NodeProcess worker : workers) {
      worker.awaitStart(START_SECONDS);
    }
  }

  private JsonObject cluster() {
    return new JsonObject()
        .put("name", "errand-demo")
        .put("authKeyFile", folder.resolve("authkey").toString());
  }

  private NodeProcess start(String name, String module, JsonObject conf, Pattern ready)
      throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".json"), conf.encode());
    Path jar = home.resolve(module).resolve("target").resolve(module + ".jar");
    synchronized (nodes) {
      if (closed) {
        throw new IllegalStateException("the demo is ending");
      }
      NodeProcess node = NodeProcess.start(name, new NodeProcess.Launch(jar, file), ready);
      nodes.add(node);
      node.handle().onExit().thenRun(this::ended);
      return node;
    }
  }

  private void ended() {
    synchronized (nodes) {
      if (closed) {
        return;
      }
      if (!nodes.get(0).handle().isAlive()) {
        broken.completeExceptionally(new IllegalStateException("the dispatcher has ended"));
      } else if (nodes.stream().skip(1).noneMatch(node -> node.handle().isAlive())) {
        broken.completeExceptionally(new IllegalStateException("all workers have ended"));
      }
    }
  }

  /** Fails when the nodes that are left can't do the work any more. */
  CompletableFuture<Void> broken() {
    return broken;
  }

  /** How a client joins. */
  ClusterSettings clientSettings() {
    return new ClusterSettings(
        "errand-demo",
        "127.0.0.1",
        0,
        0,
        ClusterSettings.Search.of(List.of(member)),
        new SharedKeys(key));
  }

  /** The dispatcher's address for browsers and curl. */
  String page() {
    return page;
  }

  @Override
  public void close() {
    synchronized (nodes) {
      if (closed) {
        return;
      }
      closed = true;
      // Workers first: they say goodbye to a dispatcher that is still there.
      for (int i = nodes.size() - 1; i >= 0; i--) {
        nodes.get(i).end();
      }
      try {
        for (NodeProcess node : nodes) {
          node.awaitEnd(END_SECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      delete();
    }
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("errand: " + folder + " is left over: " + e.getMessage());
    }
  }
}
