package dev.errand.bench;

import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One worker with all slots, then a thousand that share as many, on the same dispatcher: tasks a
 * second, and what the thousand cost the dispatcher while there is nothing to do.
 */
final class ManyWorkers {

  private static final int WORKERS = 1_000;
  private static final int SLOTS = 10;
  private static final int HOSTS = 2;
  private static final double LEAST_PERCENT = 70;
  private static final double MOST_IDLE_PERCENT = 5;
  private static final double NANOS_PER_MICRO = 1_000;

  private final StoreCluster.Setup setup;
  private final Report report;
  private final long warmUpMillis;
  private final long millis;
  private final Measured one = new Measured();
  private final Measured many = new Measured();
  private final double[] idle = new double[PartsBench.REPETITIONS];

  ManyWorkers(StoreCluster.Setup setup, Report report, boolean brief) {
    this.setup = setup;
    this.report = report;
    this.warmUpMillis = brief ? 4_000 : 20_000;
    this.millis = brief ? 3_000 : 10_000;
  }

  /** A value of each turn: tasks a second, and the dispatcher's processor time for one. */
  private static final class Measured {
    private final double[] perSecond = new double[PartsBench.REPETITIONS];
    private final double[] micros = new double[PartsBench.REPETITIONS];
  }

  void run() throws Exception {
    for (int turn = 0; turn < PartsBench.REPETITIONS; turn++) {
      turn(turn);
    }
    double[] percent = new double[PartsBench.REPETITIONS];
    Arrays.setAll(percent, turn -> 100 * many.perSecond[turn] / one.perSecond[turn]);
    print("1 worker x 10,000 slots", one);
    print("1,000 workers x 10 slots", many);
    report.print(Goal.atLeast(LEAST_PERCENT, Figure.of("workers, 1,000 / 1", "%", percent)));
    report.print(
        Goal.atMost(
            MOST_IDLE_PERCENT, Figure.of("workers, 1,000 idle, dispatcher", "% of a core", idle)));
  }

  private void print(String workers, Measured values) {
    report.print(Figure.of("workers, " + workers, "tasks/s", values.perSecond));
    report.print(Figure.of("workers, " + workers + ", dispatcher, a task", "µs", values.micros));
  }

  private void turn(int turn) throws Exception {
    try (StoreCluster cluster = new StoreCluster(setup)) {
      cluster.startDispatcher(Stage.HEAP, cluster.store("memory"), new JsonObject());
      cluster.awaitDispatcher();
      List<WorkerHost.Handle> hosts =
          List.of(cluster.startHost("workers-a"), cluster.startHost("workers-b"));
      cluster.startClient();
      hosts.get(0).run(1, WORKERS * SLOTS);
      cluster.awaitWorkers(1);
      measure(cluster, "1 worker", one, turn);
      for (WorkerHost.Handle host : hosts) {
        host.run(WORKERS / HOSTS, SLOTS);
      }
      cluster.awaitWorkers(WORKERS);
      measure(cluster, "1,000 workers", many, turn);
      idle[turn] = idlePercent(cluster);
      report.progress(
          "workers, 1,000 idle, %d of %d: dispatcher takes %.1f %% of a core",
          turn + 1, PartsBench.REPETITIONS, idle[turn]);
    }
  }

  private void measure(StoreCluster cluster, String workers, Measured values, int turn)
      throws Exception {
    int inFlight = WORKERS * SLOTS;
    cluster.run(Work.lasting(Payload.SQUARE, inFlight, 0, warmUpMillis));
    long begin = cluster.dispatcherNanos();
    Tally tally = cluster.run(Work.lasting(Payload.SQUARE, inFlight, 0, millis));
    values.micros[turn] = (cluster.dispatcherNanos() - begin) / NANOS_PER_MICRO / tally.tasks();
    values.perSecond[turn] = tally.perSecond();
    report.progress(
        "workers, %s, %d of %d: %,.0f tasks/s, dispatcher %.2f µs a task",
        workers, turn + 1, PartsBench.REPETITIONS, values.perSecond[turn], values.micros[turn]);
  }

  /** Of a core, while they have nothing but their heartbeats. */
  private double idlePercent(StoreCluster cluster) throws InterruptedException {
    TimeUnit.SECONDS.sleep(2);
    long nanos = cluster.dispatcherNanos();
    long begin = System.nanoTime();
    Thread.sleep(millis);
    return 100.0 * (cluster.dispatcherNanos() - nanos) / (System.nanoTime() - begin);
  }
}
