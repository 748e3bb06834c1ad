package dev.errand.command;

import dev.errand.config.security.AuthKey;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Prints a new cluster key. */
@Command(
    name = "authkey",
    description = "Prints a new random cluster key: a secret, the same for every node.",
    mixinStandardHelpOptions = true)
final class AuthKeyCommand implements Runnable {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    out.println(AuthKey.random().text());
    out.flush();
  }
}
