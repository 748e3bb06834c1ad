package dev.errand.bench;

import java.util.Arrays;

/**
 * The time from the submission of a task to its end while nothing else is there, with a store in
 * memory and one on disk, which take turns, and beside it what the disk takes for a forced write.
 */
final class Latency {

  private static final double MOST_FORCED_WRITES = 3;
  private static final double NANOS_PER_MICRO = 1_000;
  private static final int WARM_IN_FLIGHT = 100;

  private final StoreCluster.Setup setup;
  private final Report report;
  private final Work warmUp;
  private final Work work;

  Latency(StoreCluster.Setup setup, Report report, boolean brief) {
    this.setup = setup;
    this.report = report;
    // One at a time would take very long to get all of it compiled.
    this.warmUp = Work.lasting(Payload.ECHO, WARM_IN_FLIGHT, 0, brief ? 4_000 : 20_000);
    this.work = Work.lasting(Payload.ECHO, 1, 1_000, brief ? 3_000 : 10_000);
  }

  void run() throws Exception {
    double[] memory = new double[PartsBench.REPETITIONS];
    double[] disk = new double[PartsBench.REPETITIONS];
    double[] forced = new double[PartsBench.REPETITIONS];
    for (int turn = 0; turn < PartsBench.REPETITIONS; turn++) {
      memory[turn] = p50Micros("memory", turn);
      disk[turn] = p50Micros("disk", turn);
      forced[turn] = ForcedWrite.medianNanos(setup.folder()) / NANOS_PER_MICRO;
    }
    report.print(Figure.of("latency of one task, memory, p50", "µs", memory));
    report.print(Figure.of("latency of one task, disk, p50", "µs", disk));
    report.print(Figure.of("a forced write of 200 bytes, p50", "µs", forced));
    double[] more = new double[PartsBench.REPETITIONS];
    Arrays.setAll(more, turn -> (disk[turn] - memory[turn]) / forced[turn]);
    report.print(
        Goal.atMost(
            MOST_FORCED_WRITES,
            Figure.of("latency of one task, disk - memory", "forced writes", more)));
  }

  private double p50Micros(String kind, int turn) throws Exception {
    try (StoreCluster cluster = new StoreCluster(setup)) {
      cluster.startAll(cluster.store(kind));
      cluster.run(warmUp);
      double micros = cluster.run(work).p50() / NANOS_PER_MICRO;
      report.progress(
          "latency, %s, %d of %d: %,.0f µs", kind, turn + 1, PartsBench.REPETITIONS, micros);
      return micros;
    }
  }
}
