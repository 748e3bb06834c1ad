package dev.errand.bench;

import io.vertx.core.json.JsonObject;
import java.util.Arrays;

/** Tasks that only wait for 10 ms: how much of the possible number a second the slots see. */
final class Sleeping {

  private static final int SLOTS = 1_000;
  private static final int IN_FLIGHT = 4_000;
  private static final double POSSIBLE = 100_000;
  private static final double LEAST_PERCENT = 95;

  private final StoreCluster.Setup setup;
  private final Report report;
  private final Work work;

  Sleeping(StoreCluster.Setup setup, Report report, boolean brief) {
    this.setup = setup;
    this.report = report;
    this.work =
        Work.lasting(Payload.SLEEP, IN_FLIGHT, brief ? 4_000 : 20_000, brief ? 3_000 : 10_000);
  }

  void run() throws Exception {
    double[] perSecond = new double[PartsBench.REPETITIONS];
    for (int turn = 0; turn < PartsBench.REPETITIONS; turn++) {
      try (StoreCluster cluster = new StoreCluster(setup)) {
        cluster.startDispatcher(Stage.HEAP, cluster.store("memory"), new JsonObject());
        cluster.awaitDispatcher();
        cluster.startHost("workers").run(1, SLOTS);
        cluster.startClient();
        cluster.awaitWorkers(1);
        perSecond[turn] = cluster.run(work).perSecond();
        report.progress(
            "sleep, %d of %d: %,.0f tasks/s", turn + 1, PartsBench.REPETITIONS, perSecond[turn]);
      }
    }
    double[] percent = new double[PartsBench.REPETITIONS];
    Arrays.setAll(percent, turn -> 100 * perSecond[turn] / POSSIBLE);
    report.print(Figure.of("sleep 10 ms, 1,000 slots", "tasks/s", perSecond));
    report.print(
        Goal.atLeast(
            LEAST_PERCENT, Figure.of("sleep 10 ms, 1,000 slots, of the possible", "%", percent)));
  }
}
