package dev.errand.bench;

import java.nio.file.Path;
import java.util.List;

/** Celery as it comes, with Redis that writes nothing to disk. */
final class CeleryPeer {

  static final Debian NEEDS =
      new Debian(
          "python3-celery python3-redis redis-server",
          List.of(
              List.of(Script.PYTHON, "-c", "import celery, redis"),
              List.of("redis-server", "--version")));

  private static final String APP = "celery_peer";
  private static final String URL = "BENCH_REDIS";
  private static final String SCRIPT = APP + ".py";

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
    ProcessBuilder worker =
        Script.server(
            stage, Script.PYTHON, "-u", "-m", "celery", "-A", APP, "worker", "--loglevel", "INFO");
    worker.environment().put(URL, url);
    // Told to end, it does not wait for a broker that is gone.
    worker.environment().put("REMAP_SIGTERM", "SIGQUIT");
    stage.startAndAwait("worker", worker, "celery@.* ready");
    ProcessBuilder client = Script.client(stage, Script.PYTHON, SCRIPT);
    client.environment().put(URL, url);
    stage.startClient(client);
  }
}
