package dev.errand.bench;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * A file of very many tasks through {@code ./errand submit}, with small heaps for it and the
 * dispatcher, whose store is on disk: every result must come, be right, and come once. Beside it
 * the same number of tasks from a client on the bus, which waits for their acceptance only.
 */
final class LargeFile {

  private static final String HEAP = "256m";
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final int IN_FLIGHT = 10_000;
  private static final long FIRST_NUMBER = 1_234_567_890;

  private final StoreCluster.Setup setup;
  private final Report report;
  private final int lines;

  LargeFile(StoreCluster.Setup setup, Report report, int lines) {
    this.setup = setup;
    this.report = report;
    this.lines = lines;
  }

  void run() throws Exception {
    double[] in = new double[PartsBench.REPETITIONS];
    double[] whole = new double[PartsBench.REPETITIONS];
    double[] own = new double[PartsBench.REPETITIONS];
    for (int turn = 0; turn < PartsBench.REPETITIONS; turn++) {
      measureFile(turn, in, whole);
      own[turn] = own();
      report.progress(
          "file, %d of %d: %,.0f lines/s in, %,.0f with their results; the store's own %,.0f",
          turn + 1, PartsBench.REPETITIONS, in[turn], whole[turn], own[turn]);
    }
    String name = String.format(Locale.ROOT, "file of %,d lines, ", lines);
    report.print(Figure.of(name + "taken in", "tasks/s", in));
    report.print(Figure.of(name + "with all results", "tasks/s", whole));
    report.print(Figure.of("the disk store, tasks of a client on the bus", "tasks/s", own));
    double[] percent = new double[PartsBench.REPETITIONS];
    Arrays.setAll(percent, turn -> 100 * in[turn] / own[turn]);
    report.print(Figure.of(name + "taken in / the store's own", "%", percent));
  }

  private void measureFile(int turn, double[] in, double[] whole) throws Exception {
    try (StoreCluster cluster = new StoreCluster(setup)) {
      cluster.startDispatcher(HEAP, cluster.store("disk"), new JsonObject());
      cluster.awaitDispatcher();
      cluster.startWorker();
      Path file = write(cluster.folder().resolve("tasks.ndjson"));
      Path results = cluster.folder().resolve("results.ndjson");
      long begin = System.nanoTime();
      Process submit = submit(cluster, file, results.toFile());
      CompletableFuture<Process> end = submit.onExit();
      try {
        cluster.awaitStats(stats -> stats.getLong("submitted") == lines, LONGEST);
        in[turn] = perSecond(begin);
        if (cluster.await(end, LONGEST, () -> {}).exitValue() != 0) {
          throw new IllegalStateException("errand submit ended with " + submit.exitValue());
        }
        whole[turn] = perSecond(begin);
      } finally {
        submit.destroyForcibly().waitFor();
      }
      check(results);
    }
  }

  private double perSecond(long beginNanos) {
    return lines * 1e9 / (System.nanoTime() - beginNanos);
  }

  /** Twenty bytes of payload each. */
  private Path write(Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int line = 0; line < lines; line++) {
        out.write(
            "{\"type\":\"square\",\"payload\":" + " ".repeat(10) + (FIRST_NUMBER + line) + "}\n");
      }
    }
    return file;
  }

  private Process submit(StoreCluster cluster, Path file, File results) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + HEAP,
            "-jar",
            setup.home().resolve("command/target/command.jar").toString(),
            "submit",
            "--file",
            file.toString(),
            "--wait",
            "10m");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(results)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("ERRAND_"));
    builder.environment().put("ERRAND_URL", "http://127.0.0.1:" + cluster.httpPort());
    return builder.start();
  }

  private void check(Path results) throws IOException {
    BitSet seen = new BitSet(lines);
    try (BufferedReader in = Files.newBufferedReader(results)) {
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        JsonObject task = new JsonObject(text);
        int line = task.getInteger("line");
        long number = FIRST_NUMBER + line - 1;
        String wanted = number + " * " + number + " = " + number * number;
        if (!wanted.equals(task.getValue("result")) || seen.get(line)) {
          throw new IllegalStateException("wrong, or there twice: " + text);
        }
        seen.set(line);
      }
    }
    if (seen.cardinality() != lines) {
      throw new IllegalStateException("results came of " + seen.cardinality() + " lines");
    }
  }

  private double own() throws Exception {
    try (StoreCluster cluster = new StoreCluster(setup)) {
      cluster.startDispatcher(HEAP, cluster.store("disk"), new JsonObject());
      cluster.awaitDispatcher();
      cluster.startWorker();
      cluster.startClient();
      return cluster.run(Work.of(Payload.BACKLOG, IN_FLIGHT, lines)).perSecond();
    }
  }
}
