package dev.errand.command;

import dev.errand.command.client.Surroundings;
import dev.errand.config.launch.ExitCode;
import dev.errand.config.security.AuthKey;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints a new cluster key. */
@Command(
    name = "authkey",
    description = "Prints a new random cluster key: a secret, the same for every node.",
    mixinStandardHelpOptions = true)
final class AuthKeyCommand implements Callable<Integer> {

  private final Surroundings around;

  AuthKeyCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws IOException {
    around.print(AuthKey.random().text() + "\n");
    return ExitCode.DONE;
  }
}
