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
        Script.builder(stage, "redis-server", "--bind", "127.0.0.1", "--port", port, "--save", ""),
        "Ready to accept connections");
    stage.startAndAwait(
        "worker",
        python(stage, port, "-m", "celery", "-A", APP, "worker", "--loglevel", "INFO"),
        "celery@.* ready");
    stage.startClient(python(stage, port, SCRIPT));
  }

  private static ProcessBuilder python(Stage stage, String port, String... arguments) {
    ProcessBuilder builder = Script.builder(stage, Script.PYTHON, "-u");
    builder.command().addAll(List.of(arguments));
    builder.environment().put("BENCH_REDIS", "redis://127.0.0.1:" + port + "/0");
    return builder;
  }
}
