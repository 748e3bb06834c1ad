package dev.errand.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code errand submit --file}. */
class SubmitFileTest {

  private static final String THREE =
      "{\"type\":\"square\",\"payload\":1}\n\n{\"type\":\"square\",\"payload\":3}\n"
          + "{\"type\":\"square\",\"payload\":4}\n";

  @TempDir Path folder;

  private FakeDispatcher dispatcher;
  private Shell shell;

  @BeforeEach
  void start() throws Exception {
    dispatcher = new FakeDispatcher();
    shell = new Shell(dispatcher.url());
  }

  @AfterEach
  void stop() {
    dispatcher.close();
  }

  private List<Long> printed() {
    return shell.lines().stream()
        .map(line -> Long.parseLong(line.replaceAll(".*\"line\":(\\d+).*", "$1")))
        .toList();
  }

  @Test
  void resultsArePrintedAsTheyEnd() throws Exception {
    // In pairs, which is not to depend on how fast the file is read.
    dispatcher.fewestLines.set(3);
    Path file = Files.writeString(folder.resolve("f.ndjson"), THREE);
    assertThat(shell.run("submit", "--file", file.toString())).isZero();
    assertThat(printed()).containsExactly(3L, 1L, 4L);
    assertThat(dispatcher.lines.get(3L)).isEqualTo("{\"type\":\"square\",\"payload\":3}");
    assertThat(shell.err().lines()).hasSize(1).first().asString().contains("3 tasks taken; 3 succ");
    assertThat(shell.err()).doesNotContain("\033", "\r");
  }

  @Test
  void resultsArePrintedInTheOrderOfTheFile() {
    assertThat(shell.in(THREE).run("submit", "--file", "-", "--in-order", "--batch", "x")).isZero();
    assertThat(printed()).containsExactly(1L, 3L, 4L);
    assertThat(dispatcher.requests())
        .startsWith("PUT /batches/x")
        .contains("GET /batches/x/results?order=line");
  }

  @Test
  void payloadsAloneGetTheirTypeAndOptions() {
    assertThat(shell.in("1\r\n\n\"x\"").run("submit", "--file", "-", "echo", "--priority=9"))
        .isZero();
    assertThat(dispatcher.lines.get(3L))
        .isEqualTo("{\"type\":\"echo\",\"priority\":9,\"payload\":\"x\"}");
    assertThat(dispatcher.lines.keySet()).containsExactly(1L, 3L);
  }

  @Test
  void aPayloadThatBringsMoreFieldsIsRejected() {
    int code = shell.in("1,\"priority\":9\n2\nx\n").run("submit", "--file", "-", "echo");
    assertThat(code).isEqualTo(1);
    assertThat(dispatcher.lines.keySet()).containsExactly(2L);
    assertThat(shell.err())
        .contains("line 1 is rejected", "line 3 is rejected", "1 tasks taken, 2 lines rejected");
    assertThat(printed()).containsExactly(2L);
  }

  @Test
  void linesThatTheDispatcherRejectsAreTold() {
    String bad = "{}\n".repeat(30);
    assertThat(shell.in(bad + "{\"type\":\"echo\"}").run("submit", "--file", "-")).isEqualTo(1);
    assertThat(shell.err().lines().filter(line -> line.contains("type is missing"))).hasSize(20);
    assertThat(shell.err()).contains("1 tasks taken, 30 lines rejected");
    assertThat(printed()).containsExactly(31L);
  }

  @Test
  void aFailedTaskEndsItWithOne() {
    assertThat(shell.in("\"fail\"\n1\n").run("submit", "--file", "-", "echo")).isEqualTo(1);
    assertThat(shell.err()).contains("1 succeeded, 1 failed");
    assertThat(printed()).hasSize(2);
  }

  @Test
  void aCancelledTaskHasNotFailedButEndsItWithOneToo() {
    assertThat(shell.in("\"cancel\"\n1\n").run("submit", "--file", "-", "echo")).isEqualTo(1);
    assertThat(shell.err()).contains("1 succeeded, 0 failed, 1 cancelled");
    assertThat(printed()).hasSize(2);
  }

  @Test
  void aFullQueueIsWaitedFor() {
    dispatcher.room.set(2);
    assertThat(shell.in("1\n2\n\n4\n5\n6\n7\n").run("submit", "--file", "-", "square")).isZero();
    assertThat(dispatcher.lines.keySet()).containsExactly(1L, 2L, 4L, 5L, 6L, 7L);
    assertThat(printed()).containsExactlyInAnyOrder(1L, 2L, 4L, 5L, 6L, 7L);
    assertThat(shell.err().lines().filter(line -> line.contains("the queue is full"))).hasSize(1);
    // Lines that were taken travel as blank ones.
    assertThat(dispatcher.blankLines.get()).isGreaterThanOrEqualTo(1 + 3 + 5);
  }

  @Test
  void aCutUploadIsSentAgain() {
    // That it answers at all is known.
    dispatcher.notReady.set(1);
    dispatcher.cutUploads.set(3);
    assertThat(shell.in("1\n2\n3\n4\n").run("submit", "--file", "-", "square")).isZero();
    assertThat(dispatcher.lines.keySet()).containsExactly(1L, 2L, 3L, 4L);
    assertThat(printed()).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
    assertThat(shell.err()).contains("no answer").contains("4 tasks taken; 4 succeeded");
  }

  @Test
  void cutResultsArePrintedOnce() {
    dispatcher.cutResults.set(2);
    assertThat(shell.in("1\n2\n3\n4\n").run("submit", "--file", "-", "square")).isZero();
    assertThat(printed()).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
  }

  @Test
  void aDispatcherThatStaysAwaySaysHowToResume() throws Exception {
    dispatcher.notReady.set(Integer.MAX_VALUE);
    Path file = Files.writeString(folder.resolve("a b.ndjson"), "1\n");
    assertThat(shell.run("submit", "--file", file.toString(), "square", "--retry-for", "300ms"))
        .isEqualTo(4);
    assertThat(shell.err())
        .contains("adds no task twice: ./errand submit --file '" + file + "' square --retry-for")
        .containsPattern("--batch b[0-9a-f]{32}");
  }

  @Test
  void aDispatcherThatIsNotThereIsToldAtOnce() {
    dispatcher.close();
    assertThat(shell.in("1\n").run("submit", "--file", "-", "square")).isEqualTo(4);
    assertThat(shell.err()).contains("no dispatcher answers");
  }

  @Test
  void uploadingAloneAsksForNoResults() {
    assertThat(shell.in("1\n").run("submit", "--file", "-", "square", "--no-results")).isZero();
    assertThat(shell.in("1\n").run("submit", "--file", "-", "square", "--wait=0s")).isZero();
    assertThat(dispatcher.requests()).hasSize(2).allMatch(each -> each.startsWith("PUT "));
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void aWaitThatIsOverEndsWithFive() {
    dispatcher.room.set(0);
    shell.in = stuck();
    assertThat(shell.run("submit", "--file", "-", "square", "--wait", "300ms")).isEqualTo(5);
    assertThat(shell.err())
        .contains(
            ": at least ",
            "--wait is over",
            "to go on",
            "feed the same lines to ./errand submit",
            "--batch b");
  }

  /** A pipe whose writer writes one line, and no more. */
  private static InputStream stuck() {
    return new InputStream() {
      private final Object never = new Object();
      private boolean isRead;

      @Override
      public int read() throws IOException {
        throw new IOException("not used");
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        if (!isRead) {
          isRead = true;
          into[offset] = '1';
          into[offset + 1] = '\n';
          return 2;
        }
        synchronized (never) {
          while (true) {
            try {
              never.wait();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        }
      }
    };
  }

  @Test
  void linesOfASlowPipeDoNotWaitForMore() {
    InputStream end =
        new InputStream() {
          @Override
          public int read() {
            Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> printed().equals(List.of(1L)));
            return -1;
          }
        };
    byte[] line = "1\n".getBytes(StandardCharsets.UTF_8);
    shell.in = new SequenceInputStream(new ByteArrayInputStream(line), end);
    assertThat(shell.run("submit", "--file", "-", "square")).isZero();
    assertThat(printed()).containsExactly(1L);
  }

  @Test
  void wrongUseIsToldBeforeAnythingIsSent() {
    assertThat(shell.run("submit", "--file", "no-such-file")).isEqualTo(2);
    assertThat(shell.run("submit", "--file", folder.toString())).isEqualTo(2);
    assertThat(shell.run("submit", "--file", "-", "--priority", "3")).isEqualTo(2);
    assertThat(shell.run("submit", "--file", "-", "square", "1")).isEqualTo(2);
    assertThat(shell.run("submit", "--file", "-", "square", "--idempotency-key", "k")).isEqualTo(2);
    assertThat(dispatcher.requests()).isEmpty();
  }

  @Test
  void anEmptyFileIsNoTask() {
    assertThat(shell.in("\n\n").run("submit", "--file", "-", "square")).isZero();
    assertThat(shell.err()).contains("0 tasks taken");
    assertThat(dispatcher.requests()).isEmpty();
  }

  @Test
  void aClosedOutputEndsItAndSaysHowToResume() {
    shell.out = new ClosedOutput(0);
    assertThat(shell.in("1\n").run("submit", "--file", "-", "square")).isEqualTo(1);
    assertThat(shell.err()).contains("standard output is closed").contains("to go on");
  }

  @Test
  void aPersonSeesHowFarItIs() {
    shell.onTerminal = true;
    shell.in = stuck();
    // Long enough for a busy machine to have a result, and to show it.
    assertThat(shell.run("submit", "--file", "-", "square", "--wait", "4s")).isEqualTo(5);
    assertThat(shell.err()).contains("\r\033[K1 uploaded, 1 done, 0 failed,");
    // What stays begins a line of its own.
    assertThat(shell.err().lines().filter(line -> line.endsWith("--wait is over"))).hasSize(1);
  }

  @Test
  void manyLinesTravelInSegmentsAndEachCountsOnce() {
    long count = 1_000_000;
    shell.in = FakeDispatcher.numbers(count);
    assertThat(shell.run("submit", "--file", "-", "square", "--no-results")).isZero();
    // The slower they are read, the shorter is what travels at once.
    assertThat(dispatcher.requests().size()).isBetween(3, 100);
    assertThat(dispatcher.lines).hasSize((int) count);
    assertThat(LongStream.of(1, 300_000, 999_999, count))
        .allMatch(
            line ->
                dispatcher
                    .lines
                    .get(line)
                    .equals("{\"type\":\"square\",\"payload\":" + line + "}"));
    assertThat(shell.err()).contains(count + " tasks taken");
  }

  @Test
  void whatIsNoDispatcherTakesNoLines() {
    dispatcher.isSomeoneElse = true;
    int code = shell.in(THREE).run("submit", "--file", "-", "--retry-for", "10ms");
    assertThat(code).isEqualTo(4);
    assertThat(shell.err()).contains("0 tasks taken", "no dispatcher");
  }
}
