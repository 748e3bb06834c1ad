package dev.errand.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Python's queues of a {@code BaseManager}, whose process submits, and a worker at them. */
final class ManagerPeer {

  static final Debian NEEDS =
      new Debian(
          "python3", List.of(List.of(Script.PYTHON, "-c", "import multiprocessing.managers")));

  private static final String SCRIPT = "manager_peer.py";

  private ManagerPeer() {}

  static Stage start(Path parent) throws Exception {
    return Stage.filled(new Stage(parent), ManagerPeer::fill);
  }

  private static void fill(Stage stage) throws Exception {
    Script.copy(stage, "work_loop.py", SCRIPT);
    String port = "" + Stage.freePort();
    String key = stage.secret("authkey", UUID.randomUUID().toString()).toString();
    stage.startClient(Script.client(stage, Script.PYTHON, SCRIPT, port, key, "submits"));
    stage.startAndAwait(
        "worker", Script.server(stage, Script.PYTHON, SCRIPT, port, key, "works"), WorkLoop.READY);
  }
}
