package dev.errand.bench;

import java.util.EnumMap;
import java.util.Map;

/**
 * Tasks that are submitted at a rate, whatever becomes of them: the time from when each was due to
 * its result. At half of the most that the same processes did just before, and at 100,000 a second.
 */
final class Paced {

  private static final int MOST_IN_FLIGHT = 10_000;
  private static final long SOME = 100_000;
  private static final double MOST_MILLIS_AT_HALF = 10;
  private static final double MOST_MILLIS_AT_SOME = 5;
  private static final double NANOS_PER_MILLI = 1e6;

  private final StoreCluster.Setup setup;
  private final Report report;
  private final long warmUpMillis;
  private final long millis;
  private final double[] most = new double[PartsBench.REPETITIONS];
  private final Map<Case, Measured> measured = new EnumMap<>(Case.class);

  Paced(StoreCluster.Setup setup, Report report, boolean brief) {
    this.setup = setup;
    this.report = report;
    this.warmUpMillis = brief ? 4_000 : 20_000;
    this.millis = brief ? 3_000 : 10_000;
  }

  /** What is measured, in this order. */
  private enum Case {
    HALF("memory, half of the most", MOST_MILLIS_AT_HALF),
    MEMORY("memory, 100,000 a second", MOST_MILLIS_AT_SOME),
    DISK("disk, 100,000 a second", MOST_MILLIS_AT_SOME);

    private final String text;
    private final double mostMillis;

    Case(String text, double mostMillis) {
      this.text = "paced, " + text;
      this.mostMillis = mostMillis;
    }
  }

  /** Of one case, a value of each turn: milliseconds, and how much of the pace was kept. */
  private static final class Measured {
    private final double[] p50 = new double[PartsBench.REPETITIONS];
    private final double[] p99 = new double[PartsBench.REPETITIONS];
    private final double[] kept = new double[PartsBench.REPETITIONS];
  }

  void run() throws Exception {
    for (int turn = 0; turn < PartsBench.REPETITIONS; turn++) {
      try (StoreCluster cluster = new StoreCluster(setup)) {
        cluster.startAll(cluster.store("memory"));
        most[turn] = most(cluster);
        measure(cluster, Case.HALF, (long) (most[turn] / 2), turn);
        measure(cluster, Case.MEMORY, SOME, turn);
      }
      try (StoreCluster cluster = new StoreCluster(setup)) {
        cluster.startAll(cluster.store("disk"));
        most(cluster);
        measure(cluster, Case.DISK, SOME, turn);
      }
    }
    report.print(Figure.of("paced, the most, memory, 10,000 in flight", "tasks/s", most));
    measured.forEach(this::print);
  }

  /** Tasks a second without a pace; all is warm then. */
  private double most(StoreCluster cluster) throws Exception {
    return cluster
        .run(Work.lasting(Payload.SQUARE, MOST_IN_FLIGHT, warmUpMillis, millis))
        .perSecond();
  }

  private void measure(StoreCluster cluster, Case of, long rate, int turn) throws Exception {
    Tally tally = cluster.run(Work.paced(Payload.SQUARE, rate, warmUpMillis / 4, millis));
    Measured values = measured.computeIfAbsent(of, any -> new Measured());
    values.p50[turn] = tally.p50() / NANOS_PER_MILLI;
    values.p99[turn] = tally.p99() / NANOS_PER_MILLI;
    values.kept[turn] = 100 * tally.perSecond() / rate;
    report.progress(
        "%s (%,d), %d of %d: p50 %.3f ms, p99 %.3f ms, %.1f %% of the pace",
        of.text,
        rate,
        turn + 1,
        PartsBench.REPETITIONS,
        values.p50[turn],
        values.p99[turn],
        values.kept[turn]);
  }

  private void print(Case of, Measured values) {
    report.print(Figure.of(of.text + ", p50", "ms", values.p50));
    report.print(Goal.atMost(of.mostMillis, Figure.of(of.text + ", p99", "ms", values.p99)));
    report.print(Figure.of(of.text + ", tasks a second / asked for", "%", values.kept));
  }
}
