package dev.errand.config.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.SettingsReader;
import io.vertx.core.internal.logging.LoggerFactory;
import io.vertx.launcher.application.VertxApplication;
import io.vertx.launcher.application.VertxApplicationHooks;
import io.vertx.launcher.application.impl.VertxApplicationCommand;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class NodeOptionsTest {

  private static final Optional<NodeRole> WORKER =
      Optional.of(
          new NodeRole() {
            @Override
            public String verticle() {
              return "com.acme.Worker";
            }

            @Override
            public String name() {
              return "worker";
            }

            @Override
            public ClusterSettings.Defaults clusterDefaults() {
              return ClusterSettings.Defaults.OTHERS;
            }

            @Override
            public void check(SettingsReader in) {
              // It has no settings.
            }
          });

  private static void check(Optional<NodeRole> role, String... arguments) {
    VertxApplicationHooks hooks = new VertxApplicationHooks() {};
    VertxApplicationCommand command =
        new VertxApplicationCommand(
            new VertxApplication(new String[0], hooks),
            hooks,
            LoggerFactory.getLogger(NodeOptionsTest.class));
    NodeOptions.check(new CommandLine(command).parseArgs(arguments), role);
  }

  private static void refused(Optional<NodeRole> role, String message, String... arguments) {
    assertThatThrownBy(() -> check(role, arguments))
        .isInstanceOfSatisfying(
            NodeFailure.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessage(message);
  }

  @Test
  void aNodeOfErrandsIsOneEventLoopVerticle() {
    String drop = "a worker is one event-loop verticle: drop ";
    refused(WORKER, drop + "-instances", "-instances", "2");
    refused(WORKER, drop + "-worker", "-w");
    refused(WORKER, drop + "-instances, -virtual-thread", "-vt", "--instances", "1");
    refused(WORKER, drop + "-deployment-options", "-deployment-options", "{}");
    check(WORKER, "-conf", "{}", "-vertx-options", "{}", "-cluster");
  }

  @Test
  void aGuestMayBeAsManyAsItLikes() {
    check(Optional.empty(), "-instances", "2", "-worker", "com.acme.MyVerticle");
  }

  @Test
  void theBusHasItsAddressFromTheSettings() {
    String nothing = " would do nothing: set cluster.host and cluster.busPort in the settings";
    refused(WORKER, "-cluster-host" + nothing, "-cluster-host", "192.0.2.1");
    refused(
        Optional.empty(),
        "-cluster-port, -cluster-public-port" + nothing,
        "-cluster-public-port",
        "1",
        "--cluster-port",
        "2");
  }

  @Test
  void theHelpIsOfTheNode() {
    assertThat(NodeOptions.help(WORKER))
        .startsWith("Usage: ./errand worker [-conf FILE]")
        .contains("README.md", "Exit codes: 0")
        .doesNotContain("-instances", "NAME");
    assertThat(NodeOptions.help(Optional.empty())).contains("VERTICLE", "-instances N", "-conf");
  }
}
