package dev.errand.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * All measurements of the store on disk, with real processes, and what is asked of it. Prints a
 * table; {@code --json} a line for each figure, {@code --short} only shows that it works.
 */
@Command(
    name = "StoreBench",
    description = "Measures the disk store with real processes, and prints a table.")
public final class StoreBench implements Callable<Integer> {

  static final int REPETITIONS = 3;

  /** What can be measured by itself. */
  enum Part {
    THROUGHPUT,
    LATENCY,
    RESTART,
    DAY
  }

  @Parameters(paramLabel = "PART", description = "${COMPLETION-CANDIDATES}; all if none is named")
  private Set<Part> parts = EnumSet.noneOf(Part.class);

  @Option(names = "--short", description = "shows in some minutes that it works")
  private boolean brief;

  @Option(names = "--json", description = "a line for each figure")
  private boolean json;

  @Option(
      names = "--restart",
      paramLabel = "N",
      description = "waiting tasks at a restart (1000000, then 10000000; short: 100000)")
  private List<Integer> restart;

  @Option(
      names = "--day",
      paramLabel = "N",
      description = "tasks of a day (50000000; short: 1000000)")
  private Long day;

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

  private Report report;
  private boolean failed;

  /** Runs the command and ends the process. */
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new StoreBench());
    System.exit(line.setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  /** A measurement. */
  private interface Measurement {
    void run() throws Exception;
  }

  @Override
  public Integer call() throws Exception {
    check();
    report = new Report("store", json);
    StoreCluster.Setup setup =
        new StoreCluster.Setup(Folders.home(), folder.toAbsolutePath(), dispatcherJvm);
    head();
    measure(Part.THROUGHPUT, () -> new Throughput(setup, report, brief).run());
    measure(Part.LATENCY, () -> new Latency(setup, report, brief).run());
    for (int tasks : waiting()) {
      measure(Part.RESTART, () -> new Restart(setup, report, tasks).run());
    }
    measure(Part.DAY, () -> new Day(setup, report, day()).run());
    return failed ? 1 : 0;
  }

  private void check() {
    if (day() < Day.PARTS || waiting().stream().anyMatch(tasks -> tasks < 1)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--day must be at least " + Day.PARTS + ", --restart at least 1");
    }
    if (!Files.isDirectory(folder)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--folder " + folder + " must be a folder");
    }
  }

  private List<Integer> waiting() {
    if (restart != null) {
      return restart;
    }
    return brief ? List.of(100_000) : List.of(1_000_000, 10_000_000);
  }

  private long day() {
    if (day != null) {
      return day;
    }
    return brief ? 1_000_000 : 50_000_000;
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
            "{\"system\":\"store\",\"heap\":\"%s\",\"cores\":%d,\"disk\":\"%s\"}",
            Stage.HEAP,
            cores,
            disk));
  }

  /** One that fails is no reason to leave out the others. */
  private void measure(Part part, Measurement measurement) throws InterruptedException {
    if (!parts.isEmpty() && !parts.contains(part)) {
      return;
    }
    try {
      measurement.run();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      failed = true;
      report.progress("%s failed: %s", part.name().toLowerCase(Locale.ROOT), e);
    }
  }
}
