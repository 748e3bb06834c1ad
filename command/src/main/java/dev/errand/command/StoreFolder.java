package dev.errand.command;

import dev.errand.config.launch.Conf;
import dev.errand.config.settings.DispatcherSettings;
import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.store.StoreInspection;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which folder is meant, and how far its reading is. */
final class StoreFolder {

  private static final long TELL_NANOS = 200_000_000;

  @Parameters(
      arity = "0..1",
      paramLabel = "FOLDER",
      description = "the dispatcher's store.path; by default its settings', else data")
  private Path folder;

  @Option(
      names = "-conf",
      paramLabel = "FILE",
      description = "the dispatcher's settings: its store.path is meant")
  private String conf;

  @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
  private CommandLine.Model.CommandSpec spec;

  private final boolean onTerminal = Boolean.getBoolean("errand.terminal");
  private long told = System.nanoTime();

  /**
   * The folder; as a dispatcher's settings and its environment have it, if none was named.
   *
   * @throws dev.errand.config.settings.SettingsException if the settings are wrong
   */
  Path path() {
    if (folder != null && conf != null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "Name a folder or -conf, not both.");
    }
    if (folder != null) {
      return folder.toAbsolutePath();
    }
    StoreSettings settings = DispatcherSettings.read(Conf.read(conf), System.getenv()).store();
    if (settings.kind() == StoreSettings.Kind.MEMORY) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "With store.kind 'memory' there is no store on a disk.");
    }
    return settings.path().toAbsolutePath();
  }

  /** Tells a person who looks on how far it is. */
  StoreInspection.Progress progress() {
    return (chunks, of) -> {
      boolean isOver = chunks == of;
      if (onTerminal && (isOver || System.nanoTime() - told > TELL_NANOS)) {
        told = System.nanoTime();
        System.err.print(isOver ? "\r\033[K" : "\r" + chunks * 100 / of + " %");
        System.err.flush();
      }
    };
  }
}
