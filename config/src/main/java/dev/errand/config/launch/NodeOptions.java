package dev.errand.config.launch;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/** Which of the Vert.x launcher's options a node has, and what is told about them. */
final class NodeOptions {

  /** The bus's address comes from the settings alone. */
  private static final List<String> BUS =
      List.of("-cluster-host", "-cluster-port", "-cluster-public-host", "-cluster-public-port");

  /** A dispatcher, or a worker, is one event-loop verticle. */
  private static final List<String> DEPLOYMENT =
      List.of("-instances", "-worker", "-virtual-thread", "-deployment-options");

  private NodeOptions() {}

  /**
   * Refuses those that would do nothing, or harm.
   *
   * @param role empty: the verticle is no part of Errand
   * @throws NodeFailure if there are any
   */
  static void check(ParseResult parsed, Optional<NodeRole> role) {
    List<String> bus = BUS.stream().filter(parsed::hasMatchedOption).toList();
    if (!bus.isEmpty()) {
      throw new NodeFailure(
          ExitCode.USAGE,
          String.join(", ", bus)
              + " would do nothing: set cluster.host and cluster.busPort in the settings");
    }
    List<String> deployment = DEPLOYMENT.stream().filter(parsed::hasMatchedOption).toList();
    if (role.isPresent() && !deployment.isEmpty()) {
      throw new NodeFailure(
          ExitCode.USAGE,
          "a "
              + role.get().name()
              + " is one event-loop verticle: drop "
              + String.join(", ", deployment));
    }
  }

  /** What {@code -h} prints. */
  static String help(Optional<NodeRole> role) {
    return role.map(known -> OWN.replace("NAME", known.name())).orElse(GUEST) + COMMON;
  }

  private static final String OWN =
      """
      Usage: ./errand NAME [-conf FILE] [-vertx-options FILE]

      One NAME of an Errand cluster. It runs until SIGTERM or Ctrl-C.

      """;

  private static final String GUEST =
      """
      Usage: java -cp worker-verticle.jar:MINE.jar dev.errand.config.launch.ErrandLauncher VERTICLE
                  [-conf FILE] [-vertx-options FILE] [-instances N] [-worker] [-virtual-thread]
                  [-deployment-options FILE]

      A verticle of yours as a member of an Errand cluster. It runs until SIGTERM or Ctrl-C.

        -instances N              so many of it
        -worker, -virtual-thread  its threading model, instead of an event loop
        -deployment-options FILE  all of its deployment options
      """;

  private static final String COMMON =
      """
        -conf FILE                its settings: all keys are in README.md, "Settings". A variable of
                                  the environment goes before: http.port is ERRAND_HTTP_PORT
        -vertx-options FILE       options of Vert.x; what concerns the bus is set by Errand
        -h, -help, --help         this text

      Each FILE is one of JSON, or may be JSON itself.

      Exit codes: 0 ended in order, 1 something failed, 2 wrong use or settings, 3 the cluster
      refuses the key or certificate, 6 the store failed. More in README.md, "Exit codes".
      """;
}
