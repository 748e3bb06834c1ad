package dev.errand.bench;

import dev.errand.config.launch.ExitCode;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
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

/** Errand's speed beside that of its peers, in the same run, each in processes of its own. */
@Command(
    name = "errand bench",
    description = {
      "Measures the speed of Errand and of what else runs tasks, in turns, and prints a table. The"
          + " machine should do nothing else."
    },
    sortOptions = false)
public final class SpeedBench implements Callable<Integer> {

  private static final int TURNS = 3;

  @Option(
      names = "--short",
      description = "some minutes, only Errand and plain Vert.x: shows that it works")
  private boolean brief;

  @Option(names = "--json", description = "a line for each figure")
  private boolean json;

  @Option(
      names = "--only",
      paramLabel = "SYSTEM",
      split = ",",
      description = "these alone: ${COMPLETION-CANDIDATES}")
  private Set<Contender> only = EnumSet.noneOf(Contender.class);

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "on the disk that is measured (the system's for temporary files)")
  private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--recorded",
      paramLabel = "FILE",
      description = "fails if a ratio to plain Vert.x is under 70 %% of what this file has")
  private Path recorded;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "shows this")
  private boolean help;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final SpeedResults results = new SpeedResults();
  private Report report;
  private boolean failed;
  private volatile boolean ending;

  /** Runs the command and ends the process. */
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new SpeedBench());
    System.exit(line.setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (!Files.isDirectory(folder)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--folder " + folder + " must be a folder");
    }
    JsonObject before = before();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ending = true, "bench-ending"));
    report = new Report("errand", json);
    Set<Contender> systems = systems();
    for (Contender system : systems) {
      if (!system.needs().isThere()) {
        results.absent(system, system.needs().cure());
      }
    }
    for (int turn = 1; turn <= TURNS; turn++) {
      for (Contender system : systems) {
        measure(system, turn);
      }
    }
    if (ending) {
      return ExitCode.FAILED;
    }
    head();
    new SpeedTable(results, report).print(systems);
    if (recorded != null && !new SpeedGoals(results, report).holds(before)) {
      report.progress("Errand is slower than %s says, or was not measured", recorded);
      failed = true;
    }
    return failed ? ExitCode.FAILED : ExitCode.DONE;
  }

  private JsonObject before() {
    try {
      return recorded == null ? null : new JsonObject(Files.readString(recorded));
    } catch (IOException | DecodeException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--recorded " + recorded + " can't be read: " + e);
    }
  }

  private Set<Contender> systems() {
    if (!only.isEmpty()) {
      return EnumSet.copyOf(only);
    }
    return brief
        ? EnumSet.of(Contender.ERRAND_MEMORY, Contender.ERRAND_DISK, Contender.VERTX_REQUEST)
        : EnumSet.allOf(Contender.class);
  }

  /** One that fails has no figures, and is no reason to leave out the others. */
  private void measure(Contender system, int turn) throws InterruptedException {
    if (ending || results.whyAbsent(system) != null) {
      return;
    }
    try (Stage stage = system.start(folder.toAbsolutePath())) {
      for (SpeedCase of : cases(system)) {
        Tally tally = stage.run(of.lasting(warmUpMillis(system, of), brief ? 3_000 : 6_000));
        results.add(system, of, tally);
        report.progress(
            "%s, %s, %d of %d: %,.0f tasks/s, p50 %.3f ms, p99 %.3f ms",
            system,
            of.text(),
            turn,
            TURNS,
            tally.perSecond(),
            tally.p50() / 1e6,
            tally.p99() / 1e6);
      }
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      if (!ending) {
        failed = true;
        String why = "failed: " + (e.getMessage() == null ? e : e.getMessage());
        results.absent(system, why);
        report.progress("%s %s", system, why);
      }
    }
  }

  private List<SpeedCase> cases(Contender system) {
    return system.cases().stream().filter(of -> !brief || of.isBrief()).toList();
  }

  /** The first finds nothing compiled, which takes Errand's larger code longer. */
  private long warmUpMillis(Contender system, SpeedCase of) {
    if (of == system.cases().get(0)) {
      return brief ? 20_000 : 30_000;
    }
    return brief ? 1_000 : 3_000;
  }

  private void head() throws Exception {
    report.line(
        String.format(
            Locale.ROOT,
            "median of %d turns, min, max; %d cores, Java %s, heap of each JVM %s; %s (%s)%n",
            TURNS,
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.version"),
            Stage.HEAP,
            folder,
            Files.getFileStore(folder).type()),
        null);
  }
}
