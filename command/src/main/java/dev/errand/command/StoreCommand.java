package dev.errand.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What can be done with the store of a dispatcher that is down. */
@Command(
    name = "store",
    description = "Looks at the store of a dispatcher that is down; nothing in it changes.",
    subcommands = {StoreCheckCommand.class, StoreExportCommand.class},
    mixinStandardHelpOptions = true)
final class StoreCommand implements Runnable {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "Name a command.");
  }
}
