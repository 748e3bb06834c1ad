package dev.errand.bench;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * A dispatcher is killed while very many tasks wait, and starts again: when it takes a submission,
 * and when its statistics show all tasks. The store is filled once, and each start is from a copy
 * of what the kill has left, among a client that has been there before.
 */
final class Restart {

  private static final String HEAP = "1g";
  private static final long MOST_SECONDS_ACCEPTED = 5;
  private static final long MOST_SECONDS_QUEUED = 10;

  private static final int FILL_IN_FLIGHT = 20_000;
  private static final Duration LONGEST = Duration.ofMinutes(5);

  /** After which a client says hello, and no heartbeat, to a dispatcher that was killed. */
  private static final long MISSED_MILLIS = 6_000;

  private final StoreCluster.Setup setup;
  private final Report report;
  private final int tasks;
  private final String name;
  private final double[] empty = new double[PartsBench.REPETITIONS];
  private final double[] queued = new double[PartsBench.REPETITIONS];
  private final double[] accepted = new double[PartsBench.REPETITIONS];

  Restart(StoreCluster.Setup setup, Report report, int tasks) {
    this.setup = setup;
    this.report = report;
    this.tasks = tasks;
    this.name = String.format(Locale.ROOT, "restart, %,d tasks wait, heap %s", tasks, HEAP);
  }

  void run() throws Exception {
    try (StoreCluster filled = new StoreCluster(setup)) {
      fill(filled);
      for (int turn = 0; turn < PartsBench.REPETITIONS; turn++) {
        turn(filled, turn);
      }
    }
    report.print(Figure.of("start without tasks, heap " + HEAP, "s", empty));
    report.print(
        Goal.atMost(
            MOST_SECONDS_ACCEPTED,
            Figure.of(name + ", until a submission is accepted", "s", accepted)));
    report.print(
        Goal.atMost(MOST_SECONDS_QUEUED, Figure.of(name + ", until all are queued", "s", queued)));
  }

  private void fill(StoreCluster cluster) throws Exception {
    cluster.startDispatcher(HEAP, cluster.store("disk"), limits());
    cluster.awaitDispatcher();
    cluster.startClient();
    report.progress("%s: is filled", name);
    Tally tally = cluster.run(Work.of(Payload.WAITING, FILL_IN_FLIGHT, tasks));
    cluster.killDispatcher();
    report.progress("%s: was filled, %,.0f tasks/s", name, tally.perSecond());
  }

  private JsonObject limits() {
    return new JsonObject().put("queued", 2 * tasks);
  }

  private void turn(StoreCluster filled, int turn) throws Exception {
    try (StoreCluster cluster = new StoreCluster(setup)) {
      Folders.copy(filled.storeFolder(), cluster.storeFolder());
      long begin = System.nanoTime();
      cluster.startDispatcher(HEAP, cluster.store("memory"), limits());
      cluster.awaitDispatcher();
      empty[turn] = seconds(begin);
      cluster.startClient();
      cluster.killDispatcher();
      Thread.sleep(MISSED_MILLIS);
      restart(cluster, turn);
    }
  }

  private void restart(StoreCluster cluster, int turn) throws Exception {
    CompletableFuture<Double> all = new CompletableFuture<>();
    long begin = System.nanoTime();
    cluster.startDispatcher(HEAP, cluster.store("disk"), limits());
    CompletableFuture<Double> one =
        cluster.ask(Work.of(Payload.WAITING, 1, 1)).thenApply(any -> seconds(begin));
    Runnable look =
        () -> {
          JsonObject stats = cluster.stats();
          if (stats != null && stats.getLong("queued") >= tasks) {
            all.complete(seconds(begin));
          }
        };
    queued[turn] = cluster.await(all, LONGEST, look);
    accepted[turn] = cluster.await(one, LONGEST, () -> {});
    report.progress(
        "%s, %d of %d: answers after %.1f s, all queued after %.1f s",
        name, turn + 1, PartsBench.REPETITIONS, accepted[turn], queued[turn]);
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }
}
