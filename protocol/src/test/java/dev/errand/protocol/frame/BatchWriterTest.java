package dev.errand.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Entries come back as they were written. */
class BatchWriterTest {

  private static final Bytes LARGE = Bytes.of("\"" + "x".repeat(1 << 20) + "\"");

  private static Object back(FrameKind kind, Consumer<BatchWriter> entries) throws Exception {
    return Sample.read(Sample.batch(kind, entries));
  }

  private static void assertMalformed(FrameKind kind, Consumer<BatchWriter> entries) {
    assertThatThrownBy(() -> back(kind, entries)).isInstanceOf(MalformedFrameException.class);
  }

  @Test
  void grantsComeBack() throws Exception {
    int most = Integer.MAX_VALUE;
    List<Grant> grants =
        List.of(
            new Grant(0, 0, 0, "a", 0, Bytes.EMPTY),
            new Grant(Long.MAX_VALUE, Long.MAX_VALUE, most, "a", Long.MAX_VALUE, LARGE),
            new Grant(-1, Long.MIN_VALUE, 1, "b", 1, new Bytes("xx[1]yy".getBytes(), 2, 3)));
    assertThat(back(FrameKind.GRANT, batch -> grants.forEach(each -> Sample.write(batch, each))))
        .isEqualTo(grants);
  }

  @Test
  void outcomesComeBack() throws Exception {
    TaskError longest =
        new TaskError(
            ErrorKind.REJECTED,
            "€".repeat(TaskError.MAX_MESSAGE),
            "𝄞".repeat(TaskError.MAX_DETAIL / 2));
    List<Outcome> outcomes =
        List.of(
            new Outcome(1, 2, 0, Bytes.EMPTY, null),
            new Outcome(Long.MAX_VALUE, -1, Long.MAX_VALUE, LARGE, null),
            new Outcome(1, 2, 3, null, longest),
            new Outcome(1, 2, 3, null, new TaskError(ErrorKind.TIMEOUT, "")));
    assertThat(back(FrameKind.OUTCOMES, batch -> outcomes.forEach(each -> each.write(batch))))
        .isEqualTo(outcomes);
  }

  @Test
  void submissionsComeBack() throws Exception {
    TaskRequest plain = TaskRequest.ofJson("t", Bytes.of("1"));
    Duration[] durations = {null, Duration.ofMillis(1), Terms.MAX_DURATION};
    List<TaskRequest> requests = new ArrayList<>();
    for (Duration timeout : durations) {
      for (Duration backoff : durations) {
        for (int attempts : new int[] {0, 1, Terms.MAX_ATTEMPTS}) {
          requests.add(plain.withTimeout(timeout).withBackoff(backoff).withMaxAttempts(attempts));
        }
      }
    }
    List<Submit> expected = new ArrayList<>();
    for (TaskRequest each : requests) {
      expected.add(new Submit(Long.MAX_VALUE, true, "t", each.payload(), each.terms(), null, null));
    }
    assertThat(
            back(
                FrameKind.SUBMIT,
                batch -> requests.forEach(each -> Submit.write(batch, Long.MAX_VALUE, true, each))))
        .isEqualTo(expected);
  }

  @Test
  void submissionsThatNoRequestAllowsAreMalformed() {
    long over = Terms.MAX_DURATION.toMillis() + 1;
    for (int flag : new int[] {2, 4, 8}) {
      assertMalformed(
          FrameKind.SUBMIT,
          batch -> {
            batch.entry().varint(1).u8(flag);
            batch.name("t");
            batch.writer().varint(flag == 4 ? 1_001 : over).bytes(Bytes.of("1"));
          });
    }
  }

  @Test
  void endsComeBack() throws Exception {
    TaskError error = new TaskError(ErrorKind.WORKER_LOST, "worker 'w' left");
    List<Done> ends =
        List.of(
            new Done(Long.MAX_VALUE, null),
            Sample.done(1, TaskState.SUCCEEDED, LARGE, null, "w"),
            Sample.done(Long.MAX_VALUE, TaskState.FAILED, null, error, "square"),
            Sample.done(2, TaskState.CANCELLED, null, null, null));
    assertThat(back(FrameKind.DONE, batch -> ends.forEach(each -> each.write(batch))))
        .isEqualTo(ends);
    for (TaskState state : List.of(TaskState.QUEUED, TaskState.RUNNING)) {
      assertMalformed(FrameKind.DONE, Sample.done(1, state, LARGE, null, "w")::write);
    }
  }

  @Test
  void endsHaveAPriorityAndABatchWhereTheyAreUnusual() throws Exception {
    Done usual = Sample.done(1, TaskState.SUCCEEDED, Bytes.of("1"), null, "w");
    List<Done> ends = new ArrayList<>();
    for (int priority = 0; priority <= Terms.MAX_PRIORITY; priority++) {
      ends.add(Sample.with(priority, null, usual));
      ends.add(Sample.with(priority, "b" + priority % 2, usual));
    }
    assertThat(back(FrameKind.DONE, batch -> ends.forEach(each -> each.write(batch))))
        .isEqualTo(ends);
    byte[] frame = Sample.batch(FrameKind.DONE, usual::write);
    assertThat(Sample.batch(FrameKind.DONE, Sample.with(5, null, usual)::write))
        .hasSizeGreaterThan(frame.length);
  }

  @Test
  void anEndOfAPriorityThatThereIsNotIsMalformed() {
    int more = 128;
    for (int priority : new int[] {10, 255}) {
      assertMalformed(FrameKind.DONE, batch -> cancelled(batch, more, priority));
    }
    for (TaskState state : List.of(TaskState.SCHEDULED, TaskState.QUEUED, TaskState.RUNNING)) {
      assertMalformed(
          FrameKind.DONE, batch -> batch.entry().i64(1).u8(more | state.ordinal()).u8(9));
    }
  }

  private static void cancelled(BatchWriter batch, int more, int priority) {
    batch.entry().i64(1).u8(more | TaskState.CANCELLED.ordinal()).u8(priority);
    batch.name("");
    batch.name("t");
    batch.writer().varint(0).varint(1);
    batch.name("");
    batch.writer().varint(1).varint(0).varint(2);
  }

  @Test
  void aTaskThatWasThereBeforeWithoutAnIdIsMalformed() {
    assertMalformed(
        FrameKind.ACCEPTED, batch -> batch.entry().varint(1).i64(Long.MIN_VALUE).text("full"));
    assertMalformed(
        FrameKind.ACCEPTED, batch -> batch.entry().varint(1).i64(Long.MIN_VALUE).i64(0));
    assertMalformed(
        FrameKind.ACCEPTED, batch -> batch.entry().varint(1).i64(Long.MIN_VALUE).i64(-1));
  }

  @Test
  void otherEntriesComeBack() throws Exception {
    List<Release> releases =
        List.of(new Release(Long.MIN_VALUE, false, ""), new Release(1, true, "r".repeat(500)));
    assertThat(back(FrameKind.RELEASE, batch -> releases.forEach(each -> each.write(batch))))
        .isEqualTo(releases);
    List<Accepted> answers =
        List.of(
            Accepted.taken(0, 1, false),
            Accepted.taken(1, Long.MAX_VALUE, true),
            Accepted.refused(Long.MAX_VALUE, "p".repeat(2_000), 0),
            Accepted.refused(2, "the queue is full", 1),
            Accepted.refused(3, "the queue is full", Long.MAX_VALUE));
    assertThat(back(FrameKind.ACCEPTED, batch -> answers.forEach(each -> each.write(batch))))
        .isEqualTo(answers);
  }

  @Test
  void textsForPeopleAreCutBetweenCharacters() throws Exception {
    for (String text : List.of("é".repeat(2_000), "x" + "é".repeat(2_000), "€𝄞".repeat(1_000))) {
      String reason = reason(back(FrameKind.RELEASE, new Release(1, true, text)::write));
      assertThat(text).startsWith(reason);
      assertThat(Bytes.of(reason).length()).isBetween(497, 500);
    }
  }

  private static String reason(Object releases) {
    return ((Release) ((List<?>) releases).get(0)).reason();
  }

  @Test
  void aNameIsWrittenOnce() throws Exception {
    List<Grant> grants = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      grants.add(new Grant(i, i, 1, "type-" + i % 500, 1, Bytes.of("1")));
    }
    byte[] frame =
        Sample.batch(FrameKind.GRANT, batch -> grants.forEach(each -> Sample.write(batch, each)));
    assertThat(Sample.read(frame)).isEqualTo(grants);
    assertThat(new String(frame, "ISO-8859-1").split("type-7\\D", -1)).hasSize(2);
  }

  @Test
  void aPlaceBehindTheTableOfNamesIsMalformed() {
    assertMalformed(
        FrameKind.GRANT,
        batch -> batch.entry().i64(1).i64(1).varint(1).varint(1).text("t").varint(1).varint(0));
  }

  @Test
  void theCountMustBeTheNumberOfEntries() throws Exception {
    byte[] frame = Sample.batch(FrameKind.WATCH, batch -> writeThree(batch));
    assertThat(new BatchReader(frame).left()).isEqualTo(3);
    for (byte count : new byte[] {0, 1, 2, 4, 127}) {
      byte[] lying = frame.clone();
      lying[Header.BYTES + 3] = count;
      assertThatThrownBy(() -> Sample.read(lying)).isInstanceOf(MalformedFrameException.class);
    }
    for (byte high : new byte[] {-1, 0x7f, 0x01}) {
      frame[Header.BYTES] = high;
      assertThatThrownBy(() -> new BatchReader(frame)).isInstanceOf(MalformedFrameException.class);
    }
  }

  private static void writeThree(BatchWriter batch) {
    for (long id = 1; id <= 3; id++) {
      new Watch(id).write(batch);
    }
    assertThat(batch.count()).isEqualTo(3);
  }
}
