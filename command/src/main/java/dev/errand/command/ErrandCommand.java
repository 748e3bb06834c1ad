package dev.errand.command;

import dev.errand.config.launch.ExitCode;
import dev.errand.config.launch.NodeFailure;
import dev.errand.config.settings.SettingsException;
import dev.errand.dispatcher.store.NoStoreException;
import dev.errand.dispatcher.store.StoreException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's root. Exit codes are {@link ExitCode}'s. */
@Command(
    name = "errand",
    description = "A distributed task manager.",
    subcommands = {DemoCommand.class, StoreCommand.class, AuthKeyCommand.class},
    footer = {
      "",
      "Nodes, tests and benchmarks are started by the script:",
      "  ./errand dispatcher [-conf FILE]   one dispatcher node",
      "  ./errand worker [-conf FILE]       one worker node",
      "  ./errand test                      all tests",
      "  ./errand bench                     the speed table, with other systems in it"
    },
    mixinStandardHelpOptions = true,
    version = "errand 0.1.0-SNAPSHOT")
public final class ErrandCommand implements Runnable {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Runs the command and ends the process. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new ErrandCommand());
    line.setExecutionExceptionHandler((failure, at, parsed) -> report(failure));
    System.exit(line.execute(arguments));
  }

  private static int report(Exception thrown) {
    boolean wrapped = thrown instanceof ExecutionException && thrown.getCause() != null;
    Throwable failure = wrapped ? thrown.getCause() : thrown;
    String line = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    System.err.println("errand: " + line.replaceAll("\\s*\\R\\s*", " "));
    return exitCode(failure);
  }

  private static int exitCode(Throwable failure) {
    if (failure instanceof NodeFailure known) {
      return known.exitCode();
    }
    if (failure instanceof StoreException) {
      return ExitCode.STORE_FAILED;
    }
    boolean wrongUse = failure instanceof SettingsException || failure instanceof NoStoreException;
    return wrongUse ? ExitCode.USAGE : ExitCode.FAILED;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "Name a command.");
  }
}
