package dev.errand.bench;

import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What tasks cost that come over HTTP: one by one, and as a large file. */
@Command(
    name = "HttpBench",
    description = "Measures the HTTP API with real processes, and prints a table.")
public final class HttpBench extends PartsBench {

  /** What can be measured by itself. */
  enum Part {
    POST,
    FILE
  }

  @Parameters(paramLabel = "PART", description = "${COMPLETION-CANDIDATES}; all if none is named")
  private Set<Part> parts = EnumSet.noneOf(Part.class);

  @Option(names = "--lines", paramLabel = "N", description = "of the file (1000000; short: 20000)")
  private Integer lines;

  HttpBench() {
    super("http");
  }

  /** Runs the command and ends the process. */
  public static void main(String[] args) {
    run(new HttpBench(), args);
  }

  @Override
  boolean isWanted(Enum<?> part) {
    return parts.isEmpty() || parts.contains(part);
  }

  @Override
  void check() {
    if (lines() < 1) {
      throw wrong("--lines must be at least 1");
    }
  }

  @Override
  void measureAll() throws InterruptedException {
    measure(Part.POST, () -> new Posts(setup(), report(), isBrief()).run());
    measure(Part.FILE, () -> new LargeFile(setup(), report(), lines()).run());
  }

  private int lines() {
    if (lines != null) {
      return lines;
    }
    return isBrief() ? 20_000 : 1_000_000;
  }
}
