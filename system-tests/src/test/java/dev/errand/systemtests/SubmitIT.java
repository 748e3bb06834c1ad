package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./errand submit} and {@code status} with a dispatcher and a worker. */
class SubmitIT {

  private static final int INTERRUPTED = 130;
  private static final Pattern RESULT =
      Pattern.compile("\"result\":\\s*\"(\\d+) \\* \\1 = (\\d+)\"");

  @TempDir Path folder;

  private final int port = ProcessCluster.freePort();

  /** A command that runs. */
  private final class Command implements AutoCloseable {
    private final Path out = Files.createTempFile(folder, "out", ".ndjson");
    private final Path err = Files.createTempFile(folder, "err", ".txt");
    private final Process process;

    Command(String... arguments) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
      command.addAll(List.of("-jar", ProcessCluster.jar("command").toString()));
      command.addAll(List.of(arguments));
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("ERRAND_"));
      builder.environment().put("ERRAND_URL", "http://127.0.0.1:" + port);
      process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    }

    int code() throws InterruptedException {
      assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
      return process.exitValue();
    }

    List<String> lines() throws IOException {
      return Files.readAllLines(out);
    }

    String err() throws IOException {
      return Files.readString(err);
    }

    void awaitLines(int least) {
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                try (Stream<String> lines = Files.lines(out)) {
                  return lines.limit(least).count() == least;
                }
              });
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private JsonObject dispatcherConf(ProcessCluster cluster) {
    return cluster
        .dispatcherConf()
        .put("http", new JsonObject().put("port", port))
        .put("store", cluster.diskStore("store"));
  }

  private Path numbers(int count) throws IOException {
    String lines =
        IntStream.rangeClosed(1, count)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining("\n"));
    return Files.writeString(folder.resolve("numbers.ndjson"), lines);
  }

  /** Each number's square, right and once. */
  private static void assertSquares(List<String> lines, int count) {
    List<Integer> numbers = new ArrayList<>();
    for (String line : lines) {
      Matcher matcher = RESULT.matcher(line);
      assertThat(matcher.find()).as(line).isTrue();
      int number = Integer.parseInt(matcher.group(1));
      assertThat(Long.parseLong(matcher.group(2))).isEqualTo((long) number * number);
      numbers.add(number);
    }
    assertThat(numbers).hasSize(count).doesNotHaveDuplicates();
  }

  private void assertLedger(int submitted) throws Exception {
    try (Command status = new Command("status", "--json")) {
      assertThat(status.code()).as(status.err()).isZero();
      JsonObject stats = new JsonObject(status.lines().get(0));
      assertThat(stats.getInteger("submitted")).isEqualTo(submitted);
      assertThat(stats.getInteger("succeeded")).isEqualTo(submitted);
    }
  }

  @Test
  void aTaskAndAFileAreSubmittedAndTheirResultsPrinted() throws Exception {
    int count = 20_000;
    Path file = numbers(count);
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher(dispatcherConf(cluster));
      try (Command waits = new Command("submit", "square", "423", "--wait", "100ms")) {
        assertThat(waits.code()).as(waits.err()).isEqualTo(5);
        assertThat(waits.err()).contains("still queued: no worker offers 'square'");
      }
      cluster.worker("worker-1");
      try (Command one = new Command("submit", "square", "423")) {
        assertThat(one.code()).as(one.err()).isZero();
        assertSquares(one.lines(), 1);
      }
      try (Command bad = new Command("submit", "square", "\"x\"", "--max-attempts", "1")) {
        assertThat(bad.code()).isEqualTo(1);
        assertThat(bad.err()).contains(" failed: ");
      }
      try (Command wrong = new Command("submit", "square", "1", "--priority", "77")) {
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("priority");
      }
      try (Command all = new Command("submit", "--file", file.toString(), "square", "--in-order")) {
        assertThat(all.code()).as(all.err()).isZero();
        assertSquares(all.lines(), count);
        assertThat(all.lines().get(0)).contains("1 * 1 = 1");
        assertThat(all.lines().get(count - 1)).contains(count + " * ");
        assertThat(all.err()).hasLineCount(1).doesNotContain("\033");
      }
      try (Command status = new Command("status")) {
        assertThat(status.code()).isZero();
        assertThat(status.lines()).anyMatch(line -> line.startsWith("square "));
        assertThat(status.lines()).anyMatch(line -> line.startsWith("worker-1 "));
      }
    }
  }

  @Test
  void aDispatcherThatIsKilledMeanwhileCostsNoLineAndNoResult() throws Exception {
    int count = 60_000;
    Path file = numbers(count);
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      NodeProcess dispatcher = cluster.dispatcher(dispatcherConf(cluster));
      cluster.worker("worker-1");
      try (Command submit = new Command("submit", "--file", file.toString(), "square")) {
        submit.awaitLines(100);
        dispatcher.kill();
        dispatcher.awaitEnd(30);
        cluster.dispatcher(dispatcherConf(cluster));
        assertThat(submit.code()).as(submit.err()).isZero();
        assertSquares(submit.lines(), count);
        assertThat(submit.err()).contains("no answer");
      }
      assertLedger(count);
    }
  }

  @Test
  void afterAnInterruptItIsResumedAsItSays() throws Exception {
    int count = 60_000;
    Path file = numbers(count);
    try (ProcessCluster cluster = new ProcessCluster(folder)) {
      cluster.dispatcher(dispatcherConf(cluster));
      cluster.worker("worker-1");
      String[] resume;
      try (Command submit = new Command("submit", "--file", file.toString(), "square")) {
        submit.awaitLines(100);
        new ProcessBuilder("sh", "-c", "kill -INT " + submit.process.pid()).start().waitFor();
        assertThat(submit.code()).isEqualTo(INTERRUPTED);
        assertThat(submit.err()).contains(" tasks taken; ", "adds no task twice: ./errand submit ");
        resume = submit.err().strip().replaceAll("(?s).*\\./errand ", "").split(" ");
      }
      try (Command again = new Command(resume)) {
        assertThat(again.code()).as(again.err()).isZero();
        assertSquares(again.lines(), count);
      }
      assertLedger(count);
    }
  }
}
