package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./errand demo} shows what the system does, and leaves nothing behind. */
class DemoIT {

  private static final Pattern RAN =
      Pattern.compile("(worker-\\d+) ran (\\w+): (\\d+) \\* (\\d+) = (\\d+)");

  @TempDir Path temp;

  /** A demo whose temporary files are in a folder of ours, by which its processes are known. */
  private final class Demo implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final List<String> lines = new ArrayList<>();

    Demo(String... arguments) throws Exception {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Djava.io.tmpdir=" + temp);
      command.add("-Derrand.home=" + ProcessCluster.root());
      command.add("-jar");
      command.add(ProcessCluster.root().resolve("command/target/command.jar").toString());
      command.add("demo");
      command.addAll(List.of(arguments));
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
      out = process.inputReader(StandardCharsets.UTF_8);
    }

    String awaitLine(String part) throws Exception {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        if (line.contains(part)) {
          return line;
        }
      }
      throw new AssertionError("no line with '" + part + "' in " + lines);
    }

    int awaitEnd() throws Exception {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
      }
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    }

    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private Set<String> ownProcesses() {
    return ProcessHandle.allProcesses()
        .flatMap(process -> process.info().commandLine().stream())
        .filter(line -> line.contains(temp.toString()) && line.contains("-conf"))
        .collect(Collectors.toSet());
  }

  private void assertNothingIsLeft() throws Exception {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> ownProcesses().isEmpty());
    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("errand-demo")))
          .isEmpty();
    }
  }

  private static void assertRightSquares(List<String> lines, int tasks, int workers) {
    assertThat(lines.stream().filter(line -> line.startsWith("added "))).hasSize(tasks);
    List<Matcher> ran = lines.stream().map(RAN::matcher).filter(Matcher::matches).toList();
    assertThat(ran).hasSize(tasks);
    assertThat(ran.stream().map(line -> line.group(2)).distinct()).hasSize(tasks);
    assertThat(ran.stream().map(line -> line.group(1)).distinct()).hasSize(workers);
    for (Matcher line : ran) {
      long number = Long.parseLong(line.group(3));
      assertThat(line.group(4)).isEqualTo(line.group(3));
      assertThat(number).isBetween(1L, 1_000L);
      assertThat(Long.parseLong(line.group(5))).isEqualTo(number * number);
    }
    assertThat(lines.get(lines.size() - 1))
        .startsWith(tasks + " tasks, " + tasks + " right, 0 wrong")
        .contains("http://127.0.0.1:");
  }

  @Test
  void tenNumbersAreSquaredOnTwoWorkers() throws Exception {
    try (Demo demo = new Demo()) {
      assertThat(demo.awaitEnd()).as(String.join("\n", demo.lines)).isZero();
      assertRightSquares(demo.lines, 10, 2);
      assertNothingIsLeft();
    }
  }

  @Test
  void oneNumberIsSquaredOnOneWorker() throws Exception {
    try (Demo demo = new Demo("--tasks", "1", "--workers", "1")) {
      assertThat(demo.awaitEnd()).isZero();
      assertThat(demo.lines).startsWith("starting a dispatcher and 1 worker");
      assertThat(demo.lines.get(demo.lines.size() - 1)).startsWith("1 task, 1 right, 0 wrong");
    }
  }

  @Test
  void aThousandNumbersAreSquaredOnThreeWorkers() throws Exception {
    try (Demo demo = new Demo("--tasks", "1000", "--workers", "3")) {
      assertThat(demo.awaitEnd()).isZero();
      assertRightSquares(demo.lines, 1_000, 3);
      assertNothingIsLeft();
    }
  }

  @Test
  void nothingIsLeftAfterAnInterrupt() throws Exception {
    try (Demo demo = new Demo("--keep")) {
      assertThat(demo.awaitLine("still running at http://")).endsWith("; Ctrl-C ends it");
      assertThat(ownProcesses()).hasSize(3);
      new ProcessBuilder("sh", "-c", "kill -INT " + demo.process.pid()).start().waitFor();
      demo.awaitEnd();
      assertNothingIsLeft();
    }
  }

  @Test
  void nothingIsLeftAfterAnInterruptDuringTheStart() throws Exception {
    try (Demo demo = new Demo()) {
      demo.awaitLine("starting a dispatcher");
      new ProcessBuilder("sh", "-c", "kill -INT " + demo.process.pid()).start().waitFor();
      assertThat(demo.awaitEnd()).isNotZero();
      assertNothingIsLeft();
    }
  }

  @Test
  void noProcessIsLeftWhenTheDemoItselfIsKilled() throws Exception {
    try (Demo demo = new Demo("--keep")) {
      demo.awaitLine("still running at http://");
      assertThat(ownProcesses()).hasSize(3);
      demo.process.destroyForcibly();
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> ownProcesses().isEmpty());
    }
  }

  @Test
  void nothingIsLeftAfterAFailure() throws Exception {
    try (Demo demo = new Demo("--tasks", "500000")) {
      demo.awaitLine("added ");
      ProcessHandle dispatcher =
          demo.process
              .children()
              .filter(child -> child.info().commandLine().orElse("").contains("dispatcher.jar"))
              .findAny()
              .orElseThrow();
      dispatcher.destroyForcibly();
      assertThat(demo.awaitEnd()).isEqualTo(1);
      assertNothingIsLeft();
    }
  }

  @Test
  void wrongUseEndsWithTwo() throws Exception {
    try (Demo demo = new Demo("--tasks", "0")) {
      assertThat(demo.awaitEnd()).isEqualTo(2);
      assertThat(demo.lines.get(0)).startsWith("errand: --tasks 0 must be 1 to 1000000");
    }
  }
}
