package dev.errand.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * All measurements of the dispatcher's core, and what is asked of them. Prints a table; {@code
 * --json} a line for each figure, {@code --full} measures every case.
 */
public final class CoreBench {

  private static final int REPETITIONS = 3;

  private static final int[] WORKERS = {1, 10, 100, 1_000};
  private static final int[] BACKLOGS = {1_000, 10_000, 100_000, 1_000_000};

  private static final int FEW_IN_FLIGHT = 1_000;
  private static final int MANY_IN_FLIGHT = 20_000;

  private final boolean full;
  private final boolean json;

  /** In the order of their repetitions, which take turns: what disturbs one case disturbs all. */
  private final Map<CoreLoad.Shape, List<Double>> rounds = new LinkedHashMap<>();

  /** By workers and outcomes in a frame: a few percent of the whole, so once is enough. */
  private final Map<List<Integer>, Double> peers = new HashMap<>();

  private CoreBench(boolean full, boolean json) {
    this.full = full;
    this.json = json;
  }

  /** Takes {@code --full} and {@code --json}. */
  public static void main(String[] args) {
    List<String> options = List.of(args);
    if (!List.of("--full", "--json").containsAll(options)) {
      System.err.println("only --full and --json are known, not " + options);
      System.exit(2);
    }
    new CoreBench(options.contains("--full"), options.contains("--json")).run();
  }

  private void run() {
    if (!json) {
      System.out.println(Figure.head());
    }
    rounds();
    print(
        repeat(
            "heap per queued task, beyond its payload",
            "bytes",
            () -> ChildJvm.run(HeapPerTask.class, "2g")));
    wheel();
  }

  private void rounds() {
    CoreLoad.Shape usual = new CoreLoad.Shape(1, FEW_IN_FLIGHT, CoreLoad.TASKS, 1_000, false, true);
    CoreLoad.Shape deep = usual.behind(1_000_000);
    CoreLoad.Shape one = usual.on(1, MANY_IN_FLIGHT).inFramesOf(10);
    CoreLoad.Shape thousand = one.on(1_000, MANY_IN_FLIGHT);
    if (full) {
      for (int workers : WORKERS) {
        for (int backlog : BACKLOGS) {
          cases(one.on(workers, MANY_IN_FLIGHT).behind(backlog));
        }
      }
      cases(thousand.passing(), thousand.behind(1_000_000).passing());
    }
    cases(usual, deep, usual.passing(), deep.passing(), usual.unchecked());
    cases(one, thousand, one.inFramesOf(1), thousand.inFramesOf(1));
    for (int i = 0; i < REPETITIONS; i++) {
      rounds.forEach((shape, nanos) -> nanos.add(coreNanos(shape)));
    }
    rounds.forEach(
        (shape, nanos) ->
            print(
                Figure.of(
                    "round, " + text(shape),
                    "tasks/s",
                    nanos.stream().mapToDouble(each -> 1e9 / each).toArray())));
    printRatio("1,000 workers / 1 (10 a frame)", thousand, one);
    printRatio("1,000 workers / 1 (1 a frame)", thousand.inFramesOf(1), one.inFramesOf(1));
    printRatio("1,000,000 queued / 1,000", deep, usual);
    printRatio("1,000,000 passing / 1,000", deep.passing(), usual.passing());
  }

  private void cases(CoreLoad.Shape... shapes) {
    for (CoreLoad.Shape shape : shapes) {
      rounds.putIfAbsent(shape, new ArrayList<>());
    }
  }

  /** The whole round's time less the peers'. */
  private double coreNanos(CoreLoad.Shape shape) {
    Map<String, String> params =
        Map.of(
            "workers", "" + shape.workers(),
            "inFlight", "" + shape.inFlight(),
            "backlog", "" + shape.backlog(),
            "perFrame", "" + shape.perFrame(),
            "passing", "" + shape.isPassing(),
            "checked", "" + shape.checked());
    return Forks.cpuNanos(CoreRound.class, "round", params) - peersNanos(shape);
  }

  /** What waits, and whether payloads are checked, is nothing to the peers. */
  private double peersNanos(CoreLoad.Shape shape) {
    return peers.computeIfAbsent(
        List.of(shape.workers(), shape.inFlight(), shape.perFrame()),
        any ->
            Forks.cpuNanos(
                CoreRound.class,
                "peers",
                Map.of(
                    "workers",
                    "" + shape.workers(),
                    "inFlight",
                    "" + shape.inFlight(),
                    "backlog",
                    "1000",
                    "perFrame",
                    "" + shape.perFrame(),
                    "passing",
                    "false",
                    "checked",
                    "false")));
  }

  private static String text(CoreLoad.Shape shape) {
    return String.format(
        Locale.ROOT,
        "%,d workers, %,d run, %d a frame, %,d queued%s%s",
        shape.workers(),
        shape.inFlight(),
        shape.perFrame(),
        shape.backlog(),
        shape.isPassing() ? ", passing" : "",
        shape.checked() ? "" : ", unchecked");
  }

  private void printRatio(String what, CoreLoad.Shape shape, CoreLoad.Shape to) {
    double[] ratios = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      ratios[i] = rounds.get(shape).get(i) / rounds.get(to).get(i);
    }
    print(Figure.of("cost, " + what, "times", ratios));
  }

  private void wheel() {
    for (WheelTick.Spread spread : WheelTick.Spread.values()) {
      for (String deadlines : List.of("10000", "10000000")) {
        Map<String, String> params = Map.of("deadlines", deadlines, "spread", spread.name());
        String what = "tick, " + deadlines + " deadlines in " + spread.text();
        print(repeat(what, "ns", () -> Forks.time(WheelTick.class, "ticks", params)));
        String pause = "longest tick, " + deadlines + " deadlines in " + spread.text();
        String minutes = "" + spread.minutes();
        print(repeat(pause, "ms", () -> ChildJvm.run(WheelPause.class, "2g", deadlines, minutes)));
      }
    }
  }

  private static Figure repeat(String what, String unit, DoubleSupplier measurement) {
    double[] values = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      values[i] = measurement.getAsDouble();
    }
    return Figure.of(what, unit, values);
  }

  private void print(Figure figure) {
    System.out.println(json ? figure.json("core") : figure.row());
  }
}
