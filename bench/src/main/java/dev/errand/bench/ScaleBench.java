package dev.errand.bench;

import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What becomes of Errand's speed with very many workers, waiting tasks, or sleeping ones. */
@Command(
    name = "ScaleBench",
    description = "Measures Errand at a pace and at scale with real processes, and prints a table.")
public final class ScaleBench extends PartsBench {

  /** What can be measured by itself. */
  enum Part {
    PACE,
    WORKERS,
    BACKLOG,
    SLEEP
  }

  @Parameters(paramLabel = "PART", description = "${COMPLETION-CANDIDATES}; all if none is named")
  private Set<Part> parts = EnumSet.noneOf(Part.class);

  @Option(
      names = "--backlog",
      paramLabel = "N",
      description = "tasks that wait (10000000; short: 200000)")
  private Integer backlog;

  ScaleBench() {
    super("scale");
  }

  /** Runs the command and ends the process. */
  public static void main(String[] args) {
    run(new ScaleBench(), args);
  }

  @Override
  boolean isWanted(Enum<?> part) {
    return parts.isEmpty() || parts.contains(part);
  }

  @Override
  void check() {
    if (backlog() < Draining.LEAST || backlog() > Draining.MOST) {
      throw wrong("--backlog must be " + Draining.LEAST + " to " + Draining.MOST);
    }
  }

  private int backlog() {
    if (backlog != null) {
      return backlog;
    }
    return isBrief() ? 200_000 : 10_000_000;
  }

  @Override
  void measureAll() throws InterruptedException {
    measure(Part.PACE, () -> new Paced(setup(), report(), isBrief()).run());
    measure(Part.WORKERS, () -> new ManyWorkers(setup(), report(), isBrief()).run());
    measure(Part.BACKLOG, () -> new Draining(setup(), report(), isBrief(), backlog()).run());
    measure(Part.SLEEP, () -> new Sleeping(setup(), report(), isBrief()).run());
  }
}
