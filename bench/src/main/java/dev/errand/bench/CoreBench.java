package dev.errand.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

  private final boolean full;
  private final boolean json;

  /** In the order of their repetitions, which take turns: what disturbs one case disturbs all. */
  private final Map<CoreLoad.Shape, List<Double>> rounds = new LinkedHashMap<>();

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
    for (int workers : WORKERS) {
      for (int backlog : BACKLOGS) {
        if (full || (isEnd(workers, WORKERS) && isEnd(backlog, BACKLOGS))) {
          rounds.put(shape(workers, CoreLoad.TASKS, backlog, true), new ArrayList<>());
        }
      }
    }
    rounds.put(shape(1_000, 1, 1_000, true), new ArrayList<>());
    rounds.put(shape(1, CoreLoad.TASKS, 1_000, false), new ArrayList<>());
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
    CoreLoad.Shape few = shape(1, CoreLoad.TASKS, 1_000, true);
    printRatio("1,000 workers / 1", shape(1_000, CoreLoad.TASKS, 1_000, true), few);
    printRatio("1,000 workers / 1, an outcome a frame", shape(1_000, 1, 1_000, true), few);
    printRatio("1,000,000 queued / 1,000", shape(1, CoreLoad.TASKS, 1_000_000, true), few);
  }

  private static boolean isEnd(int value, int[] values) {
    return value == values[0] || value == values[values.length - 1];
  }

  private static CoreLoad.Shape shape(int workers, int perFrame, int backlog, boolean checked) {
    return new CoreLoad.Shape(workers, perFrame, backlog, checked);
  }

  /** The whole round's time less the peers'. */
  private static double coreNanos(CoreLoad.Shape shape) {
    Map<String, String> params =
        Map.of(
            "workers", "" + shape.workers(),
            "backlog", "" + shape.backlog(),
            "perFrame", "" + shape.perFrame(),
            "checked", "" + shape.checked());
    return Forks.cpuNanos(CoreRound.class, "round", params)
        - Forks.cpuNanos(CoreRound.class, "peers", params);
  }

  private static String text(CoreLoad.Shape shape) {
    return String.format(
        "%,d workers, %,d queued, %d a frame%s",
        shape.workers(),
        shape.backlog(),
        shape.tasksPerAnswer(),
        shape.checked() ? "" : ", payloads not checked");
  }

  private void printRatio(String what, CoreLoad.Shape shape, CoreLoad.Shape to) {
    double[] ratios = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      ratios[i] = rounds.get(shape).get(i) / rounds.get(to).get(i);
    }
    print(Figure.of("cost of a round, " + what, "times", ratios));
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
    System.out.println(json ? figure.json() : figure.row());
  }
}
