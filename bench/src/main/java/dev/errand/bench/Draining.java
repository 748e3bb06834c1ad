package dev.errand.bench;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Very many tasks wait before there is a worker; then one comes. Whether it gets them as fast as if
 * only some had waited.
 */
final class Draining {

  static final int LEAST = 10_000;

  /** What fits into the heap. */
  static final int MOST = 15_000_000;

  private static final String HEAP = "5g";
  private static final String QUEUED_BYTES = "4GiB";

  /** They wait where a backlog is no matter: it takes about a second to work them off. */
  private static final int SOME = 1_000_000;

  private static final int SLOTS = 20_000;
  private static final int FILL_IN_FLIGHT = 20_000;
  private static final int WARM_IN_FLIGHT = 10_000;
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final double LEAST_PERCENT = 80;
  private static final Pattern USED = Pattern.compile("used (\\d+)K");
  private static final double KIB_PER_GIB = 1 << 20;

  private final StoreCluster.Setup setup;
  private final Report report;
  private final int tasks;
  private final int some;
  private final Work warmUp;
  private final double[] none = new double[PartsBench.REPETITIONS];
  private final double[] few = new double[PartsBench.REPETITIONS];
  private final double[] all = new double[PartsBench.REPETITIONS];
  private final double[] heap = new double[PartsBench.REPETITIONS];

  Draining(StoreCluster.Setup setup, Report report, boolean brief, int tasks) {
    this.setup = setup;
    this.report = report;
    this.tasks = tasks;
    this.some = Math.min(SOME, tasks / 2);
    this.warmUp =
        Work.lasting(
            Payload.SQUARE, WARM_IN_FLIGHT, brief ? 4_000 : 20_000, brief ? 3_000 : 10_000);
  }

  void run() throws Exception {
    for (int turn = 0; turn < PartsBench.REPETITIONS; turn++) {
      turn(turn);
    }
    String name = String.format(Locale.ROOT, "backlog, %,d", tasks);
    double[] percent = new double[PartsBench.REPETITIONS];
    Arrays.setAll(percent, turn -> 100 * all[turn] / few[turn]);
    report.print(Figure.of("backlog, none, client and worker at once", "tasks/s", none));
    report.print(
        Figure.of(String.format(Locale.ROOT, "backlog, %,d, worked off", some), "tasks/s", few));
    report.print(Figure.of(name + ", worked off", "tasks/s", all));
    report.print(Figure.of(name + ", heap in use, of " + HEAP, "GiB", heap));
    report.print(
        Goal.atLeast(
            LEAST_PERCENT,
            Figure.of(String.format(Locale.ROOT, "%s / %,d", name, some), "%", percent)));
  }

  private void turn(int turn) throws Exception {
    try (StoreCluster cluster = new StoreCluster(setup)) {
      JsonObject limits =
          new JsonObject().put("queued", 2 * tasks).put("queuedBytes", QUEUED_BYTES);
      cluster.startDispatcher(HEAP, cluster.store("memory"), limits);
      cluster.awaitDispatcher();
      WorkerHost.Handle host = cluster.startHost("workers");
      cluster.startClient();
      host.run(1, SLOTS);
      cluster.awaitWorkers(1);
      none[turn] = cluster.run(warmUp).perSecond();
      // Once more than is counted: nothing has come from a backlog yet, and not all is warm.
      for (int again = 0; again < 2; again++) {
        fill(cluster, host, some);
        few[turn] = drain(cluster, host, some);
      }
      double filled = fill(cluster, host, tasks);
      heap[turn] = gibInUse(cluster.dispatcherPid());
      all[turn] = drain(cluster, host, tasks);
      report.progress(
          "backlog, %d of %d: %,.0f tasks/s without; filled at %,.0f/s, heap %.2f GiB; worked off"
              + " at %,.0f/s, %,d at %,.0f/s",
          turn + 1,
          PartsBench.REPETITIONS,
          none[turn],
          filled,
          heap[turn],
          all[turn],
          some,
          few[turn]);
    }
  }

  /** Submits so many while there is no worker: tasks a second. */
  private static double fill(StoreCluster cluster, WorkerHost.Handle host, int tasks)
      throws Exception {
    host.run(0, SLOTS);
    cluster.awaitWorkers(0);
    return cluster.run(Work.of(Payload.BACKLOG, FILL_IN_FLIGHT, tasks)).perSecond();
  }

  /** Starts a worker: tasks a second from a fifth to four fifths of them. */
  private static double drain(StoreCluster cluster, WorkerHost.Handle host, int tasks)
      throws Exception {
    Middle middle = new Middle(tasks);
    host.run(1, SLOTS);
    cluster.awaitStats(middle::look, LONGEST);
    return middle.perSecond();
  }

  /** The heap that a JVM uses, what it could collect with it. */
  private static double gibInUse(long pid) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process process = new ProcessBuilder(jcmd, "" + pid, "GC.heap_info").start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String text = String.join(" ", lines.lines().toList());
      Matcher used = USED.matcher(text);
      if (process.waitFor() != 0 || !used.find()) {
        throw new IOException("jcmd does not tell the heap in use: " + text);
      }
      return Long.parseLong(used.group(1)) / KIB_PER_GIB;
    }
  }

  /** The way from the first fifth to the last, as far as it was seen. */
  private static final class Middle {
    private static final int PARTS = 5;

    private final int tasks;
    private long beginNanos;
    private long beginLeft;
    private long endNanos;
    private long endLeft;

    Middle(int tasks) {
      this.tasks = tasks;
    }

    /** Whether it is over. */
    boolean look(JsonObject stats) {
      long now = System.nanoTime();
      long left = stats.getLong("queued");
      if (beginNanos == 0 && left <= tasks - tasks / PARTS) {
        beginNanos = now;
        beginLeft = left;
      } else if (beginNanos != 0 && (endNanos == 0 || left >= tasks / PARTS)) {
        endNanos = now;
        endLeft = left;
      }
      return left == 0 && endNanos != 0 && stats.getLong("running") == 0;
    }

    double perSecond() {
      if (beginLeft == endLeft) {
        throw new IllegalStateException("so few are gone before they are seen: see --backlog");
      }
      return (beginLeft - endLeft) * 1e9 / (endNanos - beginNanos);
    }
  }
}
