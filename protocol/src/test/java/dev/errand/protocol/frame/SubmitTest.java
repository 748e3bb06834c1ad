package dev.errand.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a submission asks for comes back, or the frame is malformed. */
class SubmitTest {

  private static final int PRIORITY = 16;
  private static final int DELAY = 32;
  private static final int EXPIRES = 64;
  private static final int MORE = 128;
  private static final int KEY = 1;
  private static final int BATCH = 2;
  private static final int REQUIRE = 4;

  private static final TaskRequest PLAIN = TaskRequest.ofJson("square", Bytes.of("423"));
  private static final Duration WEEK = Duration.ofDays(7);

  /** Each option alone. */
  private static final List<TaskRequest> ALONE =
      List.of(
          PLAIN.withTimeout(WEEK),
          PLAIN.withMaxAttempts(1),
          PLAIN.withBackoff(WEEK),
          PLAIN.withPriority(0),
          PLAIN.withPriority(9),
          PLAIN.withDelay(Duration.ofMillis(1)),
          PLAIN.withDelay(Terms.MAX_WAIT),
          PLAIN.withExpiresIn(Duration.ofMillis(1)),
          PLAIN.withExpiresIn(Terms.MAX_WAIT),
          PLAIN.withRequire(Map.of("gpu", "a100")),
          PLAIN.withRequire(sixteen()),
          PLAIN.withIdempotencyKey("k"),
          PLAIN.withIdempotencyKey("€".repeat(TaskRequest.MAX_KEY)),
          PLAIN.withBatch(new BatchPlace("b", 0)),
          PLAIN.withBatch(new BatchPlace("b".repeat(40), BatchPlace.MAX_LINE)));

  private static Map<String, String> sixteen() {
    String[] labels = new String[2 * Terms.MAX_LABELS];
    for (int i = 0; i < labels.length; i++) {
      // Some names are values of others, and one is the task's type.
      labels[i] = i == 0 ? "square" : "label-" + i / 2;
    }
    return Sample.labels(labels);
  }

  private static final TaskRequest ALL =
      PLAIN
          .with(new Terms(1, 2, 3, 9, 5, 6, sixteen()))
          .withIdempotencyKey("k".repeat(TaskRequest.MAX_KEY))
          .withBatch(new BatchPlace("b", 0));

  private static List<Submit> back(List<TaskRequest> requests) throws Exception {
    List<Submit> submits = new ArrayList<>();
    for (Object each : (List<?>) Sample.read(frame(requests))) {
      submits.add((Submit) each);
    }
    return submits;
  }

  private static byte[] frame(List<TaskRequest> requests) {
    return Sample.batch(
        FrameKind.SUBMIT,
        batch -> requests.forEach(each -> Submit.write(batch, batch.count(), false, each)));
  }

  /** A submission of that type and those flags, with what the test writes behind them. */
  private static byte[] entry(int flags, int more, Consumer<BatchWriter> fields) {
    return Sample.batch(
        FrameKind.SUBMIT,
        batch -> {
          batch.entry().varint(1).u8(flags);
          if ((flags & MORE) != 0) {
            batch.writer().u8(more);
          }
          batch.name("square");
          fields.accept(batch);
          batch.writer().bytes(Bytes.of("423"));
        });
  }

  private static void assertMalformed(int flags, int more, Consumer<BatchWriter> fields) {
    assertThatThrownBy(() -> Sample.read(entry(flags, more, fields)))
        .isInstanceOf(MalformedFrameException.class);
  }

  private static void assertReadable(int flags, int more, Consumer<BatchWriter> fields)
      throws Exception {
    assertThat((List<?>) Sample.read(entry(flags, more, fields))).hasSize(1);
  }

  private static void label(BatchWriter batch, String name, String value) {
    batch.name(name);
    batch.name(value);
  }

  private static Consumer<BatchWriter> labels(String... namesAndValues) {
    return batch -> {
      batch.writer().varint(namesAndValues.length / 2);
      for (int i = 0; i < namesAndValues.length; i += 2) {
        label(batch, namesAndValues[i], namesAndValues[i + 1]);
      }
    };
  }

  private static Consumer<BatchWriter> place(String batchId, long line) {
    return batch -> {
      batch.name(batchId);
      batch.writer().varint(line);
    };
  }

  @Test
  void eachOptionComesBackAlone() throws Exception {
    for (TaskRequest each : ALONE) {
      assertThat(back(List.of(each))).containsExactly(Sample.submit(0, false, each));
    }
  }

  @Test
  void allOptionsComeBackTogether() throws Exception {
    assertThat(back(List.of(ALL))).containsExactly(Sample.submit(0, false, ALL));
    TaskRequest line = ALL.withIdempotencyKey(null).withBatch(new BatchPlace("b", 7));
    assertThat(back(List.of(line))).containsExactly(Sample.submit(0, false, line));
  }

  @Test
  void oneFrameHoldsAllKinds() throws Exception {
    List<TaskRequest> requests =
        Stream.of(List.of(PLAIN), ALONE, List.of(ALL), ALONE, List.of(PLAIN))
            .flatMap(List::stream)
            .toList();
    List<Submit> submits = back(requests);
    for (int i = 0; i < requests.size(); i++) {
      assertThat(submits.get(i)).isEqualTo(Sample.submit(i, false, requests.get(i)));
    }
    assertThat(submits).hasSameSizeAs(requests);
  }

  @Test
  void equalTermsInARowAreOneObject() throws Exception {
    List<TaskRequest> requests = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      // Terms of its own each time; a task that asks for nothing in between does not matter.
      requests.add(
          PLAIN.withDelay(WEEK).withRequire(Map.of("gpu", "a100")).withIdempotencyKey("k" + i));
      requests.add(PLAIN);
    }
    List<Submit> submits = back(requests);
    Terms first = submits.get(0).terms();
    for (int i = 0; i < submits.size(); i++) {
      assertThat(submits.get(i).terms()).isSameAs(i % 2 == 0 ? first : Terms.NONE);
    }
    assertThat(first.require()).containsEntry("gpu", "a100");
  }

  @Test
  void termsThatAskForTheUsualAreThoseOfThemThatAskForNothing() throws Exception {
    byte[] usual = entry(PRIORITY, 0, batch -> batch.writer().u8(Terms.USUAL_PRIORITY));
    byte[] noLabels = entry(MORE, REQUIRE, labels());
    for (byte[] frame : List.of(usual, noLabels)) {
      BatchReader batch = new BatchReader(frame);
      assertThat(batch.next()).isTrue();
      assertThat(Submit.read(batch).terms()).isSameAs(Terms.NONE);
    }
  }

  @Test
  void aPriorityOrATimeOutOfRangeIsMalformed() throws Exception {
    assertReadable(PRIORITY, 0, batch -> batch.writer().u8(9));
    for (int bad : new int[] {10, 128, 255}) {
      assertMalformed(PRIORITY, 0, batch -> batch.writer().u8(bad));
    }
    long most = Terms.MAX_WAIT.toMillis();
    for (int flag : new int[] {DELAY, EXPIRES}) {
      assertReadable(flag, 0, batch -> batch.writer().varint(most));
      for (long bad : new long[] {most + 1, Long.MAX_VALUE}) {
        assertMalformed(flag, 0, batch -> batch.writer().varint(bad));
      }
    }
  }

  @Test
  void aKeyThatNoRequestHasIsMalformed() throws Exception {
    assertReadable(MORE, KEY, batch -> batch.writer().text("k".repeat(200)));
    for (String bad : List.of("", "k".repeat(201), "€".repeat(201), "k".repeat(100_000))) {
      assertMalformed(MORE, KEY, batch -> batch.writer().text(bad));
    }
  }

  @Test
  void aPlaceInNoPossibleBatchIsMalformed() throws Exception {
    assertReadable(MORE, BATCH, place("b", BatchPlace.MAX_LINE));
    for (String bad : List.of("", "a b", "-", "b".repeat(41), "b".repeat(1_001), "ü")) {
      assertMalformed(MORE, BATCH, place(bad, 0));
    }
    for (long bad : new long[] {BatchPlace.MAX_LINE + 1, Long.MAX_VALUE}) {
      assertMalformed(MORE, BATCH, place("b", bad));
    }
  }

  @Test
  void aLineWithAKeyIsMalformed() throws Exception {
    Consumer<BatchWriter> key = batch -> batch.writer().text("k");
    assertReadable(MORE, KEY | BATCH, key.andThen(place("b", 0)));
    assertMalformed(MORE, KEY | BATCH, key.andThen(place("b", 1)));
  }

  @Test
  void labelsThatNoRequestHasAreMalformed() throws Exception {
    assertReadable(MORE, REQUIRE, labels("gpu", "a100", "zone", "gpu"));
    for (String bad : List.of("", "a b", "-a", "a".repeat(64), "ü", "a".repeat(1_001))) {
      assertMalformed(MORE, REQUIRE, labels("gpu", bad));
      assertMalformed(MORE, REQUIRE, labels(bad, "a100"));
    }
    assertMalformed(MORE, REQUIRE, labels("gpu", "a100", "gpu", "a100"));
  }

  @Test
  void tooManyLabelsAreMalformed() throws Exception {
    for (int count : new int[] {16, 17}) {
      String[] labels = new String[2 * count];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = "label-" + i;
      }
      if (count == Terms.MAX_LABELS) {
        assertReadable(MORE, REQUIRE, labels(labels));
      } else {
        assertMalformed(MORE, REQUIRE, labels(labels));
      }
    }
    assertMalformed(MORE, REQUIRE, batch -> batch.writer().varint(Long.MAX_VALUE));
  }

  @Test
  void flagsOfALaterVersionAreMalformed() throws Exception {
    assertReadable(MORE, 0, batch -> {});
    for (int flag = 8; flag < 256; flag <<= 1) {
      int later = flag;
      assertMalformed(MORE, later, batch -> {});
      assertMalformed(MORE, later | KEY, batch -> batch.writer().text("k"));
    }
  }
}
