package dev.errand.bench;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Very many tasks through one dispatcher, of which a small part is kept: whether it stays as quick
 * and as small as it was. In equal parts, one after the other.
 */
final class Day {

  static final int PARTS = 20;
  private static final int IN_FLIGHT = 1_000;

  /** What an ended task of these takes in the store, about. */
  private static final long BYTES_PER_TASK = 150;

  private static final long LEAST_KEPT_BYTES = 16L << 20;
  private static final String ROW = "%-66s %12s %12s %12s %12s";
  private static final double MIB = 1 << 20;

  private final StoreCluster.Setup setup;
  private final Report report;
  private final long tasks;

  Day(StoreCluster.Setup setup, Report report, long tasks) {
    this.setup = setup;
    this.report = report;
    this.tasks = tasks;
  }

  void run() throws Exception {
    double[] p99 = new double[PARTS];
    double[] disk = new double[PARTS];
    report.line(String.format(ROW, "a day", "tasks/s", "p50 ms", "p99 ms", "disk MiB"), null);
    try (StoreCluster cluster = new StoreCluster(setup)) {
      cluster.startAll(store(cluster));
      for (int part = 0; part < PARTS; part++) {
        Largest largest = new Largest(cluster.storeFolder());
        Work work = Work.of(Payload.ECHO, IN_FLIGHT, tasks / PARTS);
        Tally tally = cluster.await(cluster.ask(work), StoreCluster.longest(work), largest::look);
        p99[part] = tally.p99() / 1e6;
        disk[part] = largest.bytes / MIB;
        print(part + 1, tally, disk[part]);
      }
    }
    report.print(spread("p99", p99));
    report.print(spread("disk use", disk));
  }

  /** Settings of a store that keeps about as much as a part brings. */
  private JsonObject store(StoreCluster cluster) {
    long kept = Math.max(LEAST_KEPT_BYTES, tasks / PARTS * BYTES_PER_TASK);
    return cluster.store("disk").put("retention", new JsonObject().put("bytes", kept + "B"));
  }

  private void print(int part, Tally tally, double mib) {
    String name = "part " + part + " of " + PARTS;
    report.line(
        String.format(
            Locale.ROOT,
            ROW,
            name,
            number(tally.perSecond()),
            number(tally.p50() / 1e6),
            number(tally.p99() / 1e6),
            number(mib)),
        String.format(
            Locale.ROOT,
            "{\"system\":\"store\",\"case\":\"a day, %s\",\"tasksPerSecond\":%.0f,"
                + "\"p50Millis\":%.3f,\"p99Millis\":%.3f,\"diskMiB\":%.1f}",
            name,
            tally.perSecond(),
            tally.p50() / 1e6,
            tally.p99() / 1e6,
            mib));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 1_000 ? "%,.1f" : "%,.0f", value);
  }

  /** Of the last half, when all that is kept has been replaced some times. */
  private static Figure spread(String what, double[] parts) {
    double[] half = Arrays.copyOfRange(parts, PARTS / 2, PARTS);
    double ratio =
        Arrays.stream(half).max().getAsDouble() / Arrays.stream(half).min().getAsDouble();
    return Figure.of("a day, last half, " + what + ", largest / smallest", "times", ratio);
  }

  /** The most that a folder takes at any of the times it is looked at. */
  private static final class Largest {
    private final Path folder;
    private long bytes;

    Largest(Path folder) {
      this.folder = folder;
    }

    void look() {
      bytes = Math.max(bytes, Folders.bytes(folder));
    }
  }
}
