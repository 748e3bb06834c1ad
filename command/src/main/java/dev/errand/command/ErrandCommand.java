package dev.errand.command;

import dev.errand.command.client.StatusCommand;
import dev.errand.command.client.SubmitCommand;
import dev.errand.command.client.Surroundings;
import dev.errand.command.client.Visible;
import dev.errand.config.cluster.Version;
import dev.errand.config.launch.ExitCode;
import dev.errand.config.launch.NodeFailure;
import dev.errand.config.settings.SettingsException;
import dev.errand.dispatcher.store.NoStoreException;
import dev.errand.dispatcher.store.StoreException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The command line's root. Exit codes are {@link ExitCode}'s. */
@Command(
    name = "errand",
    description = "A distributed task manager.",
    subcommands = {DemoCommand.class, StoreCommand.class},
    footer = {
      "",
      "Nodes, tests and benchmarks are started by the script:",
      "  ./errand dispatcher [-conf FILE]   one dispatcher node",
      "  ./errand worker [-conf FILE]       one worker node",
      "  ./errand test                      all tests",
      "  ./errand bench                     the speed table, with other systems in it"
    },
    mixinStandardHelpOptions = true)
public final class ErrandCommand implements Runnable {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Runs the command and ends the process. */
  public static void main(String[] arguments) {
    System.exit(run(Surroundings.ofProcess(), arguments));
  }

  /**
   * Runs the command; what speaks to a dispatcher, and {@code authkey}, use only what is around it.
   */
  static int run(Surroundings around, String... arguments) {
    CommandLine line =
        new CommandLine(new ErrandCommand())
            .addSubcommand(new AuthKeyCommand(around))
            .addSubcommand(submit(around))
            .addSubcommand(new StatusCommand(around))
            .setErr(new PrintWriter(around.err(), true));
    line.getCommandSpec().version("errand " + Version.text());
    line.setParameterExceptionHandler((wrong, all) -> wrongUse(wrong));
    line.setExecutionExceptionHandler((failure, at, parsed) -> report(failure, around.err()));
    return line.execute(arguments);
  }

  private static CommandLine submit(Surroundings around) {
    // Negative numbers are payloads.
    return new CommandLine(new SubmitCommand(around)).setUnmatchedOptionsArePositionalParams(true);
  }

  /** A long help would push what is wrong off the screen; the names of commands do not. */
  private static int wrongUse(ParameterException wrong) {
    CommandLine at = wrong.getCommandLine();
    String help = "./" + at.getCommandSpec().qualifiedName() + " --help";
    at.getErr().println("errand: " + oneLine(wrong) + " (what there is: " + help + ")");
    if (!at.getSubcommands().isEmpty()) {
      at.usage(at.getErr());
    }
    return ExitCode.USAGE;
  }

  private static int report(Exception thrown, PrintStream err) {
    boolean wrapped = thrown instanceof ExecutionException && thrown.getCause() != null;
    Throwable failure = wrapped ? thrown.getCause() : thrown;
    err.println("errand: " + oneLine(failure));
    return exitCode(failure);
  }

  private static String oneLine(Throwable failure) {
    String line = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    return Visible.text(line.replaceAll("\\s*\\R\\s*", " "));
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
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }
}
