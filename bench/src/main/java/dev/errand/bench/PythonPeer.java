package dev.errand.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Peers that are written in Python, by Debian's interpreter. */
final class PythonPeer {

  private static final String PYTHON = "/usr/bin/python3";

  static final Debian MANAGER_NEEDS =
      new Debian("python3", List.of(List.of(PYTHON, "-c", "import multiprocessing.managers")));

  static final Debian CELERY_NEEDS =
      new Debian(
          "python3-celery python3-redis redis-server",
          List.of(
              List.of(PYTHON, "-c", "import celery, redis"), List.of("redis-server", "--version")));

  private static final String MANAGER = "manager_peer.py";
  private static final String CELERY = "celery_peer.py";
  private static final String SHARED = "work_loop.py";

  private PythonPeer() {}

  /** Two queues of a manager, whose process submits, and a worker at them. */
  static Stage startManager(Path parent) throws Exception {
    return Stage.filled(new Stage(parent), PythonPeer::fillManager);
  }

  private static void fillManager(Stage stage) throws Exception {
    copy(stage, SHARED, MANAGER);
    String port = "" + Stage.freePort();
    String key = stage.secret("authkey", UUID.randomUUID().toString()).toString();
    stage.startClient(
        python(stage, MANAGER, port, key, "submits")
            .redirectError(ProcessBuilder.Redirect.INHERIT));
    stage.startAndAwait("worker", python(stage, MANAGER, port, key, "works"), WorkLoop.READY);
  }

  /** Celery as it comes, with Redis that writes nothing to disk. */
  static Stage startCelery(Path parent) throws Exception {
    return Stage.filled(new Stage(parent), PythonPeer::fillCelery);
  }

  private static void fillCelery(Stage stage) throws Exception {
    copy(stage, SHARED, CELERY);
    String port = "" + Stage.freePort();
    ProcessBuilder redis =
        new ProcessBuilder("redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "");
    stage.startAndAwait(
        "redis-server", redis.directory(stage.folder().toFile()), "Ready to accept connections");
    String url = "redis://127.0.0.1:" + port + "/0";
    ProcessBuilder worker =
        python(stage, "-m", "celery", "-A", "celery_peer", "worker", "--loglevel", "INFO");
    worker.environment().put("BENCH_REDIS", url);
    stage.startAndAwait("worker", worker, "celery@.* ready");
    ProcessBuilder client = python(stage, CELERY).redirectError(ProcessBuilder.Redirect.INHERIT);
    client.environment().put("BENCH_REDIS", url);
    stage.startClient(client);
  }

  private static void copy(Stage stage, String... scripts) throws IOException {
    for (String script : scripts) {
      try (InputStream in = PythonPeer.class.getResourceAsStream("/peers/" + script)) {
        Files.copy(in, stage.folder().resolve(script));
      }
    }
  }

  private static ProcessBuilder python(Stage stage, String... arguments) {
    ProcessBuilder builder = new ProcessBuilder(PYTHON, "-u");
    builder.command().addAll(List.of(arguments));
    return builder.directory(stage.folder().toFile());
  }
}
