package dev.errand.bench;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
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
public final class StoreBench extends PartsBench {

  /** What can be measured by itself. */
  enum Part {
    THROUGHPUT,
    LATENCY,
    RESTART,
    DAY
  }

  @Parameters(paramLabel = "PART", description = "${COMPLETION-CANDIDATES}; all if none is named")
  private Set<Part> parts = EnumSet.noneOf(Part.class);

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

  /** Runs the command and ends the process. */
  public static void main(String[] args) {
    run(new StoreBench(), args);
  }

  StoreBench() {
    super("store");
  }

  @Override
  boolean isWanted(Enum<?> part) {
    return parts.isEmpty() || parts.contains(part);
  }

  @Override
  void check() {
    if (day() < Day.PARTS || waiting().stream().anyMatch(tasks -> tasks < 1)) {
      throw wrong("--day must be at least " + Day.PARTS + ", --restart at least 1");
    }
  }

  @Override
  void measureAll() throws InterruptedException {
    measure(Part.THROUGHPUT, () -> new Throughput(setup(), report(), isBrief()).run());
    measure(Part.LATENCY, () -> new Latency(setup(), report(), isBrief()).run());
    for (int tasks : waiting()) {
      measure(Part.RESTART, () -> new Restart(setup(), report(), tasks).run());
    }
    measure(Part.DAY, () -> new Day(setup(), report(), day()).run());
  }

  private List<Integer> waiting() {
    if (restart != null) {
      return restart;
    }
    return isBrief() ? List.of(100_000) : List.of(1_000_000, 10_000_000);
  }

  private long day() {
    if (day != null) {
      return day;
    }
    return isBrief() ? 1_000_000 : 50_000_000;
  }
}
