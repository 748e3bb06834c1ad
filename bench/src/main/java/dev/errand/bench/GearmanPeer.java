package dev.errand.bench;

import dev.errand.command.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Gearman's job server with its C library, by way of PHP; it writes nothing to disk. */
final class GearmanPeer {

  static final Debian NEEDS =
      new Debian(
          "gearman-job-server php-cli php-gearman",
          List.of(
              List.of("gearmand", "--version"),
              List.of("php", "-r", "new GearmanClient(); bcadd('1', '2');")));

  private static final String SCRIPT = "gearman_peer.php";

  private GearmanPeer() {}

  static Stage start(Path parent) throws Exception {
    return Stage.filled(new Stage(parent), GearmanPeer::fill);
  }

  private static void fill(Stage stage) throws Exception {
    Script.copy(stage, SCRIPT);
    String port = "" + Stage.freePort();
    ProcessBuilder server =
        Script.server(stage, "gearmand", "--listen=127.0.0.1", "--port=" + port, "--log-file=none");
    // It says nothing; the worker looks for it.
    stage.start("gearmand", () -> NodeProcess.start("gearmand", server, Pattern.compile("")));
    stage.startAndAwait(
        "worker", Script.server(stage, "php", SCRIPT, port, "works"), WorkLoop.READY);
    stage.startClient(Script.client(stage, "php", SCRIPT, port, "submits"));
  }
}
