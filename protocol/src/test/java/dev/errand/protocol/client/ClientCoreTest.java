package dev.errand.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.BatchWriter;
import dev.errand.protocol.frame.ClientHello;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Done;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Refused;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Submit;
import dev.errand.protocol.frame.Watch;
import dev.errand.protocol.frame.Welcome;
import dev.errand.protocol.link.RecordingPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A client in virtual time, with a dispatcher played by hand. */
class ClientCoreTest {

  private static final int CLUSTER = 7;
  private static final long PEER = 99;
  private static final long ID = 1L << 60;
  private static final boolean RESUMED = true;
  private static final boolean FORGOTTEN = false;

  private final RecordingPort port = new RecordingPort();
  private final ClientCore client = new ClientCore(CLUSTER, PEER, "node-1", port);
  private final List<String> told = new ArrayList<>();

  /** When those that were refused may come back. */
  private final List<Duration> retryAfter = new ArrayList<>();

  private Session session;
  private int sessions;
  private long lastTold;
  private long now;

  private Told submit(String type) {
    return submit(type, false);
  }

  private Told submit(String type, boolean watched) {
    Told submission = new Told(type, watched);
    client.submit(submission);
    return submission;
  }

  /** Notes what becomes of a submission. */
  private final class Told extends Submission {
    private final String name;

    Told(String name, boolean watched) {
      this(TaskRequest.ofJson(name, Bytes.of("1")), watched);
    }

    Told(TaskRequest request, boolean watched) {
      super(request, watched);
      this.name = request.type();
    }

    @Override
    void accepted(long id, boolean known) {
      told.add(name + " accepted " + (id - ID));
    }

    @Override
    void ended(Task task) {
      told.add(name + " " + task.state().text());
    }

    @Override
    void failed(RuntimeException why) {
      String kind = why.getClass().getSimpleName();
      told.add(name + " " + kind + ": " + why.getMessage());
      if (why instanceof SubmissionException refused) {
        retryAfter.add(refused.retryAfter());
      }
    }
  }

  /** A dispatcher with that store answers the client's HELLO. */
  private void begin(long store, boolean resumed) {
    now += 1_000_000_000;
    client.link().tick(now);
    session = new Session(CLUSTER, store, 1, PEER, ++sessions);
    lastTold = 0;
    client.link().answer(new Welcome(resumed, 1_000, 3_000, 10, 10).frame(session), now);
    client.flush();
  }

  private void lose() {
    client.link().dispatcherLeft(now);
    port.sent.clear();
  }

  private void tell(FrameKind kind, long ack, Consumer<BatchWriter> entries) {
    BatchWriter batch = new BatchWriter(kind);
    entries.accept(batch);
    byte[] frame = batch.frame(session);
    Header.stamp(frame, session, ++lastTold, ack, Credit.NONE);
    client.link().receive(frame, now);
  }

  private void accept(long number, long id) {
    tell(FrameKind.ACCEPTED, 0, Accepted.taken(number, id, false)::write);
  }

  private void tellEnd(long id, TaskState state) {
    Task task =
        new Task(
            TaskId.text(id),
            "t",
            state,
            null,
            state == TaskState.SUCCEEDED ? Bytes.of("1") : null,
            state == TaskState.FAILED ? new TaskError(ErrorKind.HANDLER, "no") : null,
            new Task.Attempts(1, 1, "w"),
            new Task.Times(1, 2, 3),
            4,
            null,
            null,
            null);
    tell(FrameKind.DONE, 0, new Done(id, task)::write);
  }

  /** The submissions that left, with their numbers: {@code "1 a"}. */
  private List<String> submits() throws Exception {
    List<String> submits = new ArrayList<>();
    for (byte[] frame : port.sent(FrameKind.SUBMIT)) {
      BatchReader batch = new BatchReader(frame);
      while (batch.next()) {
        Submit submit = Submit.read(batch);
        submits.add(submit.number() + " " + submit.type() + (submit.watched() ? " watched" : ""));
      }
    }
    return submits;
  }

  /** The ids that it asked to watch, without {@link #ID}. */
  private List<Long> watches() throws Exception {
    List<Long> ids = new ArrayList<>();
    for (byte[] frame : port.sent(FrameKind.WATCH)) {
      BatchReader batch = new BatchReader(frame);
      while (batch.next()) {
        ids.add(Watch.read(batch).id() - ID);
      }
    }
    return ids;
  }

  @Test
  void itSaysHelloWithItsNode() throws Exception {
    client.link().tick(now);
    assertThat(ClientHello.read(port.asked.get(0))).isEqualTo(new ClientHello("node-1"));
    assertThat(port.asked(0).session().peer()).isEqualTo(PEER);
  }

  @Test
  void submissionsWaitForADispatcherAndShareAFrame() throws Exception {
    submit("a");
    submit("b", true);
    client.flush();
    assertThat(port.sent).isEmpty();
    begin(1, FORGOTTEN);
    submit("c");
    client.flush();
    assertThat(submits()).containsExactly("1 a", "2 b watched", "3 c");
    assertThat(port.sent).hasSize(2);
    assertThat(told).isEmpty();
  }

  @Test
  void aPayloadOverTheLimitFailsAloneAndHoldsUpNobody() throws Exception {
    begin(1, FORGOTTEN);
    client.submit(new Told(TaskRequest.of("large", "123456789"), false));
    submit("small");
    client.flush();
    assertThat(submits()).containsExactly("2 small");
    assertThat(told)
        .containsExactly(
            "large SubmissionException: payload has 11 bytes, limits.payload allows 10: send less,"
                + " or a reference to where it lies");
    accept(2, ID);
    assertThat(told).contains("small accepted 0");
  }

  @Test
  void answersReachTheirSubmissions() {
    begin(1, FORGOTTEN);
    submit("a");
    submit("b");
    submit("c");
    client.flush();
    tell(
        FrameKind.ACCEPTED,
        1,
        batch -> {
          Accepted.taken(1, ID + 10, false).write(batch);
          Accepted.refused(2, "payload is empty", 0).write(batch);
        });
    assertThat(told).containsExactly("a accepted 10", "b SubmissionException: payload is empty");
    accept(2, ID);
    accept(99, ID);
    assertThat(told).hasSize(2);
    accept(3, ID + 11);
    assertThat(told).endsWith("c accepted 11");
  }

  @Test
  void whatOnlyALimitRefusesIsToldWhenToComeBack() {
    begin(1, FORGOTTEN);
    submit("full");
    submit("bad");
    client.flush();
    tell(
        FrameKind.ACCEPTED,
        1,
        batch -> {
          Accepted.refused(1, "the queue is full", 4_321).write(batch);
          Accepted.refused(2, "payload is empty", 0).write(batch);
        });
    client.submit(new Told(TaskRequest.of("large", "123456789"), false));
    client.flush();
    client.close();
    submit("late");
    assertThat(told).hasSize(4).startsWith("full SubmissionException: the queue is full");
    assertThat(retryAfter).containsExactly(Duration.ofMillis(4_321), null, null, null);
  }

  @Test
  void aFullWindowGathersTheRestInOneFrame() throws Exception {
    begin(1, FORGOTTEN);
    for (int i = 0; i < 20; i++) {
      submit("t");
      client.flush();
    }
    assertThat(port.sent).hasSize(8);
    tell(FrameKind.ACCEPTED, 8, batch -> {});
    client.flush();
    assertThat(port.sent).hasSize(9);
    assertThat(new BatchReader(port.sent.get(8)).left()).isEqualTo(12);
    assertThat(submits()).hasSize(20).endsWith("20 t");
  }

  @Test
  void aWatchedTaskIsToldItsEnd() {
    begin(1, FORGOTTEN);
    submit("a", true);
    submit("b");
    client.flush();
    accept(1, ID + 1);
    accept(2, ID + 2);
    tellEnd(ID + 1, TaskState.FAILED);
    tellEnd(ID + 1, TaskState.SUCCEEDED);
    tellEnd(ID + 2, TaskState.SUCCEEDED);
    assertThat(told).containsExactly("a accepted 1", "b accepted 2", "a failed");
  }

  @Test
  void anyTaskCanBeWatchedByMany() throws Exception {
    begin(1, FORGOTTEN);
    Told impatient = new Told("impatient", true);
    client.watch(ID + 5, new Told("first", true));
    client.watch(ID + 5, impatient);
    client.watch(ID + 5, new Told("second", true));
    client.watch(ID + 6, new Told("other", true));
    client.flush();
    assertThat(watches()).contains(5L, 6L);
    client.forget(ID + 5, impatient);
    client.forget(ID + 7, impatient);
    tellEnd(ID + 5, TaskState.CANCELLED);
    assertThat(told).containsExactlyInAnyOrder("first cancelled", "second cancelled");
    tell(FrameKind.DONE, 0, new Done(ID + 6, null)::write);
    assertThat(told.get(2))
        .startsWith("other TaskLostException: the dispatcher knows no task " + TaskId.text(ID + 6));
  }

  @Test
  void aDispatcherThatResumesGetsTheSameFramesAgain() throws Exception {
    begin(1, FORGOTTEN);
    submit("a");
    client.flush();
    submit("b");
    client.flush();
    submit("waits");
    lose();
    client.flush();
    assertThat(port.sent).isEmpty();
    assertThat(told).isEmpty();
    begin(1, RESUMED);
    assertThat(submits()).containsExactly("1 a", "2 b", "3 waits");
    accept(1, ID + 1);
    accept(2, ID + 2);
    assertThat(told).containsExactly("a accepted 1", "b accepted 2");
  }

  @Test
  void anotherStoreGetsWhatWasNotAnsweredAgain() throws Exception {
    begin(1, FORGOTTEN);
    submit("a", true);
    submit("b", true);
    submit("c");
    client.flush();
    tell(FrameKind.ACCEPTED, 1, Accepted.taken(1, ID + 1, false)::write);
    lose();
    submit("d");
    begin(2, FORGOTTEN);
    assertThat(submits()).containsExactly("2 b watched", "3 c", "4 d");
    assertThat(watches()).containsExactly(1L);
    tell(FrameKind.DONE, 0, new Done(ID + 1, null)::write);
    accept(2, ID + 20);
    assertThat(told).hasSize(3);
    assertThat(told.get(1)).startsWith("a TaskLostException");
    assertThat(told.get(2)).isEqualTo("b accepted 20");
  }

  @Test
  void aStoreThatHasForgottenTheClientCanNotSayWhatItTook() throws Exception {
    begin(1, FORGOTTEN);
    submit("a", true);
    submit("b");
    client.flush();
    accept(1, ID + 1);
    lose();
    submit("c");
    begin(1, FORGOTTEN);
    assertThat(told).hasSize(2);
    assertThat(told.get(1)).startsWith("b SubmissionException: the dispatcher began anew");
    assertThat(submits()).containsExactly("3 c");
    assertThat(watches()).containsExactly(1L);
    accept(3, ID + 3);
    tellEnd(ID + 1, TaskState.SUCCEEDED);
    assertThat(told.subList(2, 4)).containsExactly("c accepted 3", "a succeeded");
  }

  @Test
  void watchesBeforeTheFirstWelcomeAreSaidOnce() throws Exception {
    client.watch(ID + 1, new Told("w", true));
    client.flush();
    begin(1, FORGOTTEN);
    assertThat(watches()).containsExactly(1L);
  }

  @Test
  void aRefusalFailsWhatWaitsUntilADispatcherWelcomes() throws Exception {
    submit("a");
    client.link().tick(now);
    client
        .link()
        .answer(new Refused("another version").frame(new Session(CLUSTER, 0, 0, PEER, 0)), now);
    submit("b");
    assertThat(told)
        .containsExactly(
            "a SubmissionException: another version", "b SubmissionException: another version");
    begin(1, FORGOTTEN);
    submit("c");
    client.flush();
    assertThat(submits()).hasSize(1);
    assertThat(told).hasSize(2);
  }

  @Test
  void closingFailsWhatIsOpenAndWhatComesLater() {
    begin(1, FORGOTTEN);
    submit("accepted", true);
    submit("unanswered");
    client.flush();
    accept(1, ID + 1);
    client.watch(ID + 2, new Told("watcher", true));
    submit("pending");
    told.clear();
    client.close();
    assertThat(told)
        .containsExactlyInAnyOrder(
            "accepted SubmissionException: the client was closed",
            "unanswered SubmissionException: the client was closed",
            "watcher SubmissionException: the client was closed",
            "pending SubmissionException: the client was closed");
    assertThat(port.headers().get(port.sent.size() - 1).kind()).isEqualTo(FrameKind.BYE);
    told.clear();
    submit("late");
    client.watch(ID + 3, new Told("late-watcher", true));
    client.flush();
    assertThat(told)
        .containsExactly(
            "late SubmissionException: the client was closed",
            "late-watcher SubmissionException: the client was closed");
    assertThat(port.headers().get(port.sent.size() - 1).kind()).isEqualTo(FrameKind.BYE);
  }

  @Test
  void closingWithoutADispatcherSaysNothing() {
    submit("a");
    client.close();
    assertThat(told).containsExactly("a SubmissionException: the client was closed");
    assertThat(port.sent).isEmpty();
  }

  @Test
  void whatIsNotForAClientIsMalformed() {
    begin(1, FORGOTTEN);
    tell(FrameKind.CANCEL, 0, batch -> {});
    assertThat(client.link().malformed()).isEqualTo(1);
    assertThat(client.link().session()).isEqualTo(session);
  }
}
