package dev.errand.bench;

import dev.errand.config.launch.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/**
 * A program that measures in parts, each with processes of its own, and prints a table; {@code
 * --json} a line for each figure, {@code --short} only shows that it works.
 */
abstract class PartsBench implements Callable<Integer> {

  /** Of each measurement. */
  static final int REPETITIONS = 3;

  @Option(names = "--short", description = "shows in some minutes that it works")
  private boolean brief;

  @Option(names = "--json", description = "a line for each figure")
  private boolean json;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "on the disk that is measured (the system's for temporary files)")
  private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--dispatcher-jvm",
      paramLabel = "OPTION",
      description = "for the dispatcher's JVM, such as -XX:StartFlightRecording=filename=FILE")
  private List<String> dispatcherJvm = List.of();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "shows this")
  private boolean help;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final String system;
  private Report report;
  private boolean failed;
  private volatile boolean ending;

  /**
   * A program.
   *
   * @param system whose figures it prints
   */
  PartsBench(String system) {
    this.system = system;
  }

  /** A measurement. */
  interface Measurement {
    void run() throws Exception;
  }

  /** Runs the command and ends the process. */
  static void run(PartsBench bench, String... args) {
    CommandLine line = new CommandLine(bench);
    System.exit(line.setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  /** Whether that part was asked for. */
  abstract boolean isWanted(Enum<?> part);

  /** Throws {@link #wrong} if an option can't be as it is. */
  abstract void check();

  /** Calls {@link #measure} for each part. */
  abstract void measureAll() throws InterruptedException;

  @Override
  public final Integer call() throws Exception {
    check();
    if (!Files.isDirectory(folder)) {
      throw wrong("--folder " + folder + " must be a folder");
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ending = true, "bench-ending"));
    report = new Report(system, json);
    head();
    measureAll();
    return failed ? ExitCode.FAILED : ExitCode.DONE;
  }

  final CommandLine.ParameterException wrong(String why) {
    return new CommandLine.ParameterException(spec.commandLine(), why);
  }

  final boolean isBrief() {
    return brief;
  }

  final Report report() {
    return report;
  }

  final StoreCluster.Setup setup() {
    return new StoreCluster.Setup(Folders.home(), folder.toAbsolutePath(), dispatcherJvm);
  }

  private void head() throws Exception {
    String disk = Files.getFileStore(folder).type();
    int cores = Runtime.getRuntime().availableProcessors();
    report.line(
        String.format(
            Locale.ROOT,
            "heap of each JVM: %s; %d cores; %s (%s)%n%s",
            Stage.HEAP,
            cores,
            folder,
            disk,
            Figure.head()),
        String.format(
            Locale.ROOT,
            "{\"system\":\"%s\",\"heap\":\"%s\",\"cores\":%d,\"disk\":\"%s\"}",
            system,
            Stage.HEAP,
            cores,
            disk));
  }

  /** One that fails is no reason to leave out the others. */
  final void measure(Enum<?> part, Measurement measurement) throws InterruptedException {
    if (ending || !isWanted(part)) {
      return;
    }
    try {
      measurement.run();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      if (!ending) {
        failed = true;
        report.progress("%s failed: %s", part.name().toLowerCase(Locale.ROOT), e);
      }
    }
  }
}
