package dev.errand.bench;

import java.util.Arrays;
import java.util.Locale;

/**
 * Tasks a second from a client to a worker and back, with a store in memory and one on disk, which
 * take turns. Each turn has processes of its own.
 */
final class Throughput {

  private static final int[] IN_FLIGHT = {1_000, 10_000};
  private static final double[] LEAST_PERCENT = {35, 60};

  private final StoreCluster.Setup setup;
  private final Report report;
  private final long warmUpMillis;
  private final long millis;

  Throughput(StoreCluster.Setup setup, Report report, boolean brief) {
    this.setup = setup;
    this.report = report;
    this.warmUpMillis = brief ? 4_000 : 20_000;
    this.millis = brief ? 3_000 : 10_000;
  }

  void run() throws Exception {
    double[][] memory = new double[IN_FLIGHT.length][PartsBench.REPETITIONS];
    double[][] disk = new double[IN_FLIGHT.length][PartsBench.REPETITIONS];
    for (int turn = 0; turn < PartsBench.REPETITIONS; turn++) {
      measure("memory", turn, memory);
      measure("disk", turn, disk);
    }
    for (int i = 0; i < IN_FLIGHT.length; i++) {
      print(i, memory[i], disk[i]);
    }
  }

  private void measure(String kind, int turn, double[][] perSecond) throws Exception {
    try (StoreCluster cluster = new StoreCluster(setup)) {
      cluster.startAll(cluster.store(kind));
      for (int i = 0; i < IN_FLIGHT.length; i++) {
        // What the second one needs is warm already.
        Work work = Work.lasting(Payload.ECHO, IN_FLIGHT[i], warmUpMillis / (i + 1), millis);
        perSecond[i][turn] = cluster.run(work).perSecond();
        report.progress(
            "throughput, %s, %,d in flight, %d of %d: %,.0f tasks/s",
            kind, IN_FLIGHT[i], turn + 1, PartsBench.REPETITIONS, perSecond[i][turn]);
      }
    }
  }

  private void print(int i, double[] memory, double[] disk) {
    String inFlight = String.format(Locale.ROOT, "%,d in flight", IN_FLIGHT[i]);
    report.print(Figure.of("throughput, memory, " + inFlight, "tasks/s", memory));
    report.print(Figure.of("throughput, disk, " + inFlight, "tasks/s", disk));
    double[] percent = new double[disk.length];
    Arrays.setAll(percent, turn -> 100 * disk[turn] / memory[turn]);
    report.print(
        Goal.atLeast(
            LEAST_PERCENT[i], Figure.of("throughput, disk / memory, " + inFlight, "%", percent)));
  }
}
