package dev.errand.bench;

import java.nio.file.Path;
import java.util.List;

/** Celery with one process that works, and with Redis that writes nothing to disk. */
final class CeleryPeer {

  static final Debian NEEDS =
      new Debian(
          "python3-celery python3-redis redis-server",
          List.of(
              List.of(Script.PYTHON, "-c", "import celery, redis"),
              List.of("redis-server", "--version")));

  private static final String URL = "BENCH_REDIS";
  private static final String SCRIPT = "celery_peer.py";

  private CeleryPeer() {}

  static Stage start(Path parent) throws Exception {
    return Stage.filled(new Stage(parent), CeleryPeer::fill);
  }

  private static void fill(Stage stage) throws Exception {
    Script.copy(stage, "work_loop.py", SCRIPT);
    String port = "" + Stage.freePort();
    stage.startAndAwait(
        "redis-server",
        Script.server(stage, "redis-server", "--bind", "127.0.0.1", "--port", port, "--save", ""),
        "Ready to accept connections");
    String url = "redis://127.0.0.1:" + port + "/0";
    ProcessBuilder worker = Script.server(stage, Script.PYTHON, "-u", SCRIPT, "works");
    worker.environment().put(URL, url);
    stage.startAndAwait("worker", worker, "celery@.* ready");
    ProcessBuilder client = Script.client(stage, Script.PYTHON, SCRIPT, "submits");
    client.environment().put(URL, url);
    stage.startClient(client);
  }
}
