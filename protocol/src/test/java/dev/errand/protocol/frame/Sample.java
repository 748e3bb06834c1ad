package dev.errand.protocol.frame;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Progress;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A frame and what it says. The values of {@link #all} and {@link #more} are those of the golden
 * frames: a later version of the protocol adds its own and keeps these.
 *
 * @param frame as it is written
 * @param header its header
 * @param body its message; a list of entries for a batch, empty for a frame without a body
 */
record Sample(byte[] frame, Header header, Object body) {

  static final Session UNKNOWN = new Session(0xC1057E12, 0, 0, 0x1112131415161718L, 0);
  static final Session SESSION =
      new Session(0xC1057E12, 0x8102030405060708L, 3, 0x1112131415161718L, 42);
  private static final Credit CREDIT = new Credit(260, 100_000_000_000L);
  private static final long LEASE = (3L << 41) + 7;
  private static final long ID = 0x0603_1234_5678_9ABCL;

  /** One of each kind. */
  static Map<FrameKind, Sample> all() {
    Map<FrameKind, Sample> all = new EnumMap<>(FrameKind.class);
    addRequests(all);
    addAnswers(all);
    addWorkersBatches(all);
    addClientsBatches(all);
    return all;
  }

  /** One of each kind that can say more, with all that it can say. */
  static Map<FrameKind, Sample> more() {
    Map<FrameKind, Sample> more = new EnumMap<>(FrameKind.class);
    addHelloWithLabels(more);
    addSubmissionsWithOptions(more);
    List<Accepted> answers =
        List.of(
            Accepted.taken(1, ID, false),
            Accepted.refused(2, "the queue is full", 1),
            Accepted.refused(3, "the queue is full", 86_400_000),
            Accepted.taken(4, ID, true));
    add(more, FrameKind.ACCEPTED, answers, batch -> answers.forEach(each -> each.write(batch)));
    addEndsWithOptions(more);
    return more;
  }

  /** All that there are. */
  static List<Sample> both() {
    return Stream.of(all(), more()).flatMap(each -> each.values().stream()).toList();
  }

  private static void addHelloWithLabels(Map<FrameKind, Sample> more) {
    WorkerHello hello =
        new WorkerHello(
            "worker-2",
            "5d1d",
            new Credit(4, 1_000),
            List.of(new Offer("square", Pool.BLOCKING, 0)),
            labels("gpu", "a100", "zone", "eu-1/b"),
            List.of(
                new WorkerHello.Held(LEASE, ID),
                new WorkerHello.Held(LEASE + 1, 0),
                new WorkerHello.Held(LEASE + 2, Long.MAX_VALUE)),
            false);
    add(more, hello.frame(UNKNOWN), UNKNOWN, 0, Credit.NONE, hello);
  }

  private static void addSubmissionsWithOptions(Map<FrameKind, Sample> more) {
    TaskRequest plain = TaskRequest.ofJson("square", Bytes.of("423"));
    List<TaskRequest> requests =
        List.of(
            plain
                .with(
                    new Terms(
                        2_592_000_000L,
                        1_000,
                        1,
                        9,
                        315_360_000_000L,
                        60_000,
                        labels("gpu", "a100", "zone", "eu-1/b")))
                .withIdempotencyKey("order-ü-423")
                .withBatch(new BatchPlace("a-batch", 0)),
            plain.withPriority(0).withBatch(new BatchPlace("a-batch", 1L << 40)),
            plain.withIdempotencyKey("k"),
            plain.withRequire(labels("zone", "a100")));
    List<Submit> submits = new ArrayList<>();
    for (TaskRequest each : requests) {
      submits.add(submit(submits.size() + 1, submits.isEmpty(), each));
    }
    add(
        more,
        FrameKind.SUBMIT,
        submits,
        batch -> {
          for (Submit each : submits) {
            int place = (int) each.number() - 1;
            Submit.write(batch, each.number(), each.watched(), requests.get(place));
          }
        });
  }

  private static void addEndsWithOptions(Map<FrameKind, Sample> more) {
    TaskError poison = new TaskError(ErrorKind.POISON, "3 workers were lost while it ran");
    TaskError expired = new TaskError(ErrorKind.EXPIRED, "it has expired");
    List<Done> ends =
        List.of(
            with(9, "a-batch", done(ID, TaskState.SUCCEEDED, Bytes.of("1"), null, "w")),
            with(0, null, done(ID + 1, TaskState.FAILED, null, poison, "w")),
            with(4, "another~batch", done(ID + 2, TaskState.FAILED, null, expired, null)),
            with(9, "a-batch", done(ID + 3, TaskState.CANCELLED, null, null, null)));
    add(more, FrameKind.DONE, ends, batch -> ends.forEach(done -> done.write(batch)));
  }

  /** Labels in the order of their names. */
  static Map<String, String> labels(String... namesAndValues) {
    Map<String, String> labels = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return labels;
  }

  /** What a request reads as. */
  static Submit submit(long number, boolean watched, TaskRequest request) {
    return new Submit(
        number,
        watched,
        request.type(),
        request.payload(),
        request.terms(),
        request.idempotencyKey(),
        request.batch());
  }

  /** The same end of a task of that priority and batch. */
  static Done with(int priority, String batch, Done done) {
    Task task = done.task();
    return new Done(
        done.id(),
        new Task(
            task.id(),
            task.type(),
            task.state(),
            null,
            task.result(),
            task.error(),
            task.attempts(),
            task.times(),
            priority,
            batch,
            null,
            null));
  }

  private static void addRequests(Map<FrameKind, Sample> all) {
    List<Offer> offers =
        List.of(
            new Offer("square", Pool.BLOCKING, 0), new Offer("resize", Pool.EVENT_LOOP, 90_000));
    WorkerHello worker =
        new WorkerHello(
            "worker-ü",
            "5d1c",
            new Credit(4, 1_000),
            offers,
            Map.of(),
            Stream.of(LEASE, Long.MAX_VALUE, 1L).map(id -> new WorkerHello.Held(id, 0)).toList(),
            true);
    add(all, worker.frame(UNKNOWN), UNKNOWN, 0, Credit.NONE, worker);
    ClientHello client = new ClientHello("9f");
    add(all, client.frame(UNKNOWN), UNKNOWN, 0, Credit.NONE, client);
    Map<Long, Progress> progress = new LinkedHashMap<>();
    progress.put(LEASE, new Progress(0.25, "a quarter ¼"));
    progress.put(LEASE + 1, new Progress(1, ""));
    Heartbeat heartbeat = new Heartbeat(progress);
    add(all, heartbeat.frame(SESSION, 5, CREDIT), SESSION, 5, CREDIT, heartbeat);
  }

  private static void addAnswers(Map<FrameKind, Sample> all) {
    Welcome welcome = new Welcome(true, 1_000, 3_000, 1 << 20, 16 << 20);
    add(all, welcome.frame(SESSION), SESSION, 0, Credit.NONE, welcome);
    Refused refused = new Refused("this is cluster “other”");
    add(all, refused.frame(UNKNOWN), UNKNOWN, 0, Credit.NONE, refused);
    HeartbeatReply reply = new HeartbeatReply(300);
    add(all, reply.frame(SESSION, 299), SESSION, 299, Credit.NONE, reply);
    byte[] reset = new FrameWriter().frame(FrameKind.RESET, SESSION, 0, Credit.NONE);
    add(all, reset, SESSION, 0, Credit.NONE, List.of());
    byte[] ack = new FrameWriter().frame(FrameKind.ACK, SESSION, 8, CREDIT);
    add(all, ack, SESSION, 8, CREDIT, List.of());
  }

  private static void addWorkersBatches(Map<FrameKind, Sample> all) {
    List<Grant> grants =
        List.of(
            new Grant(LEASE, ID, 1, "square", 300_000, Bytes.of("423")),
            new Grant(LEASE + 1, ID + 1, 200, "resize", 1, Bytes.of("{\"w\":1.50}")),
            new Grant(LEASE + 2, ID + 2, 1, "square", 300_000, Bytes.of("null")));
    add(all, FrameKind.GRANT, grants, batch -> grants.forEach(grant -> write(batch, grant)));
    List<Cancel> cancels =
        Arrays.stream(CancelReason.values()).map(reason -> new Cancel(LEASE, reason)).toList();
    add(all, FrameKind.CANCEL, cancels, batch -> cancels.forEach(cancel -> cancel.write(batch)));
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(new Outcome(LEASE, ID, 1_234_567, Bytes.of("\"423 * 423 = 178929\""), null));
    // Those that the golden frames have; kinds that came later are at the end of the enum.
    for (ErrorKind kind : EnumSet.range(ErrorKind.HANDLER, ErrorKind.REJECTED)) {
      TaskError error = new TaskError(kind, "it’s " + kind.text(), kind.ordinal() == 0 ? "at" : "");
      outcomes.add(new Outcome(LEASE, ID, 0, null, error));
    }
    add(all, FrameKind.OUTCOMES, outcomes, batch -> outcomes.forEach(each -> each.write(batch)));
    List<Release> releases =
        List.of(new Release(LEASE, true, "lanes are blocked"), new Release(LEASE + 1, false, ""));
    add(all, FrameKind.RELEASE, releases, batch -> releases.forEach(each -> each.write(batch)));
    add(all, FrameKind.DRAINING, List.of(), batch -> {});
    add(all, FrameKind.BYE, List.of(), batch -> {});
    add(all, FrameKind.DRAIN, List.of(), batch -> {});
  }

  private static void addClientsBatches(Map<FrameKind, Sample> all) {
    TaskRequest plain = TaskRequest.ofJson("square", Bytes.of("423"));
    TaskRequest full =
        plain
            .withTimeout(Duration.ofDays(30))
            .withMaxAttempts(1_000)
            .withBackoff(Duration.ofMillis(1));
    List<Submit> submits =
        List.of(
            new Submit(1, false, "square", Bytes.of("423"), Terms.NONE, null, null),
            new Submit(2, true, "square", Bytes.of("423"), full.terms(), null, null));
    add(
        all,
        FrameKind.SUBMIT,
        submits,
        batch -> {
          Submit.write(batch, 1, false, plain);
          Submit.write(batch, 2, true, full);
        });
    List<Accepted> answers =
        List.of(Accepted.taken(1, ID, false), Accepted.refused(2, "payload is empty", 0));
    add(all, FrameKind.ACCEPTED, answers, batch -> answers.forEach(each -> each.write(batch)));
    List<Watch> watches = List.of(new Watch(ID), new Watch(Long.MAX_VALUE));
    add(all, FrameKind.WATCH, watches, batch -> watches.forEach(watch -> watch.write(batch)));
    TaskError error = new TaskError(ErrorKind.HANDLER, "no route", "top\nof the stack");
    List<Done> ends =
        List.of(
            new Done(9, null),
            done(ID, TaskState.SUCCEEDED, Bytes.of("[1,2]"), null, "worker-ü"),
            done(ID + 1, TaskState.FAILED, null, error, "worker-ü"),
            done(ID + 2, TaskState.CANCELLED, null, null, null));
    add(all, FrameKind.DONE, ends, batch -> ends.forEach(done -> done.write(batch)));
  }

  static Done done(long id, TaskState state, Bytes result, TaskError error, String worker) {
    return new Done(
        id,
        new Task(
            TaskId.text(id),
            "square",
            state,
            null,
            result,
            error,
            new Task.Attempts(worker == null ? 0 : 2, 3, worker),
            new Task.Times(
                1_785_000_000_000L, worker == null ? 0 : 1_785_000_000_001L, 1_785_000_000_999L),
            4,
            null,
            null,
            null));
  }

  static void write(BatchWriter batch, Grant grant) {
    Grant.write(
        batch,
        grant.lease(),
        grant.task(),
        grant.attempt(),
        grant.type(),
        grant.timeoutMillis(),
        grant.payload());
  }

  private static void add(
      Map<FrameKind, Sample> all, FrameKind kind, List<?> body, Consumer<BatchWriter> entries) {
    byte[] frame = batch(kind, entries);
    Header.stamp(frame, SESSION, 6, 5, CREDIT);
    all.put(kind, new Sample(frame, new Header(kind, SESSION, 6, 5, CREDIT), body));
  }

  private static void add(
      Map<FrameKind, Sample> all,
      byte[] frame,
      Session session,
      long ack,
      Credit credit,
      Object body) {
    FrameKind kind = FrameKind.of(frame[2]);
    all.put(kind, new Sample(frame, new Header(kind, session, 0, ack, credit), body));
  }

  /** A batch of those entries. */
  static byte[] batch(FrameKind kind, Consumer<BatchWriter> entries) {
    BatchWriter batch = new BatchWriter(kind);
    entries.accept(batch);
    return batch.frame(SESSION);
  }

  /** What any frame says, as {@link #body} has it. */
  static Object read(byte[] frame) throws MalformedFrameException {
    return switch (Header.read(frame).kind()) {
      case WORKER_HELLO -> WorkerHello.read(frame);
      case CLIENT_HELLO -> ClientHello.read(frame);
      case WELCOME -> Welcome.read(frame);
      case REFUSED -> Refused.read(frame);
      case HEARTBEAT -> Heartbeat.read(frame);
      case HEARTBEAT_REPLY -> HeartbeatReply.read(frame);
      case RESET, ACK -> nothing(frame);
      case GRANT -> entries(frame, Grant::read);
      case CANCEL -> entries(frame, Cancel::read);
      case OUTCOMES -> entries(frame, Outcome::read);
      case RELEASE -> entries(frame, Release::read);
      case DRAINING, BYE, DRAIN -> noEntries(frame);
      case SUBMIT -> entries(frame, Submit::read);
      case ACCEPTED -> entries(frame, Accepted::read);
      case WATCH -> entries(frame, Watch::read);
      case DONE -> entries(frame, Done::read);
      case UNKNOWN -> throw new MalformedFrameException("a kind that nobody knows");
    };
  }

  private static List<Object> nothing(byte[] frame) throws MalformedFrameException {
    new FrameReader(frame).end();
    return List.of();
  }

  private static List<Object> noEntries(byte[] frame) throws MalformedFrameException {
    BatchReader batch = new BatchReader(frame);
    if (batch.next()) {
      throw new MalformedFrameException("entries");
    }
    return List.of();
  }

  private interface Entry {
    Object read(BatchReader batch) throws MalformedFrameException;
  }

  private static List<Object> entries(byte[] frame, Entry entry) throws MalformedFrameException {
    BatchReader batch = new BatchReader(frame);
    List<Object> entries = new ArrayList<>();
    while (batch.next()) {
      entries.add(entry.read(batch));
    }
    return entries;
  }
}
