package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.VirtualCluster.Letter;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.BatchWriter;
import dev.errand.protocol.frame.ClientHello;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Done;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Refused;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Submit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DispatcherCoreTest {

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private static TaskRequest square(int number) {
    return TaskRequest.of("square", number);
  }

  @Test
  void aTaskGoesFromItsSubmissionToItsEnd() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, square(7));
    Grant grant = worker.only();
    assertThat(grant).isEqualTo(new Grant(grant.lease(), id, 1, "square", 60_000, Bytes.of("7")));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(cluster.view(id).worker()).isEqualTo("w");
    long began = cluster.now().wallMillis();
    cluster.pass(Duration.ofSeconds(2));
    worker.succeeds(grant, "49");
    cluster.settle();
    assertThat(client.done(id))
        .isEqualTo(
            new Task(
                TaskId.text(id),
                "square",
                TaskState.SUCCEEDED,
                null,
                Bytes.of("49"),
                null,
                new Task.Attempts(1, 3, "w"),
                new Task.Times(began, began, began + 2_000),
                4,
                null,
                null,
                null));
    assertThat(cluster.view(id)).isNull();
    assertThat(cluster.store.ended.get(id).view().payload()).isEqualTo(Bytes.of("7"));
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(1, 0, 0, 0, 1, 0, 0));
  }

  @Test
  void aTaskThatNobodyWaitsForEndsAsWell() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    BatchWriter batch = client.link.batch(FrameKind.SUBMIT);
    Submit.write(batch, 1, false, square(3));
    cluster.settle();
    worker.succeeds(worker.only(), "9");
    cluster.settle();
    assertThat(client.dones).isEmpty();
    assertThat(cluster.core.ledger().succeeded()).isOne();
  }

  @Test
  void submissionsAreAnsweredInTheirOrderWithIdsThatAscend() {
    for (int i = 0; i < 50; i++) {
      client.submit(square(i));
      client.submit(TaskRequest.ofJson("square", VirtualCluster.BAD_PAYLOAD));
    }
    cluster.settle();
    assertThat(List.copyOf(client.answers.keySet())).hasSize(100).isSorted();
    assertThat(client.answers.values().stream().map(Accepted::id).filter(id -> id != 0))
        .hasSize(50)
        .isSorted();
  }

  @Test
  void idsAscendWhenTheWallClockStepsBack() {
    long before = cluster.submit(client, square(1));
    cluster.wallError = Duration.ofHours(-1);
    assertThat(cluster.submit(client, square(2))).isGreaterThan(before);
  }

  @Test
  void aPayloadMayBeAsLongAsTheLimitAndNoLonger() {
    cluster.submit(client, TaskRequest.ofJson("square", Bytes.of("1".repeat(100))));
    long number = client.submit(TaskRequest.ofJson("square", Bytes.of("1".repeat(101))));
    cluster.settle();
    assertThat(client.answer(number).problem())
        .startsWith("payload has 101 bytes, limits.payload allows 100");
    assertThat(cluster.core.ledger().submitted()).isOne();
  }

  @Test
  void aPayloadThatIsNoJsonIsRefused() {
    long number = client.submit(TaskRequest.ofJson("square", VirtualCluster.BAD_PAYLOAD));
    cluster.settle();
    assertThat(client.answer(number)).isEqualTo(Accepted.refused(number, "payload is cut off", 0));
    assertThat(cluster.core.ledger().submitted()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-x", "a b", "a\n", "ä"})
  void aTypeThatIsNoTypeIsRefused(String type) {
    // A request can't be made with it: the frame is written by hand.
    FrameWriter body = new FrameWriter().i32(1).varint(1).u8(0).varint(0).text(type);
    byte[] frame =
        body.bytes(Bytes.of("7")).frame(FrameKind.SUBMIT, client.link.session(), 0, Credit.NONE);
    arrives(frame, client, 1);
    assertThat(client.answer(1).problem()).startsWith("type must match ");
    assertThat(cluster.core.types(cluster.now())).isEmpty();
  }

  /** As that number of the peer's stream. */
  private void arrives(byte[] frame, VirtualPeer from, long seq) {
    Header.stamp(frame, from.link.session(), seq, 0, Credit.NONE);
    cluster.core.receive(frame, cluster.now());
    cluster.settle();
  }

  static List<byte[]> unreadable() {
    Session any = new Session(0, 0, 0, 0, 0);
    BatchWriter submits = new BatchWriter(FrameKind.SUBMIT);
    Submit.write(submits, 1, true, square(1));
    Submit.write(submits, 2, true, square(2));
    byte[] good = submits.frame(any);
    byte[] cut = Arrays.copyOf(good, good.length - 1);
    byte[] longer = Arrays.copyOf(good, good.length + 1);
    byte[] many = good.clone();
    many[Header.BYTES] = 0x7f;
    byte[] negative = good.clone();
    negative[Header.BYTES] = -1;
    BatchWriter outcomes = new BatchWriter(FrameKind.OUTCOMES);
    new Outcome(1, 2, 3, Bytes.of("4"), null).write(outcomes);
    byte[] notForClients = outcomes.frame(any);
    byte[] notForDispatchers = new BatchWriter(FrameKind.GRANT).frame(any);
    return List.of(cut, longer, many, negative, notForClients, notForDispatchers);
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void aFrameThatCantBeReadIsCountedAndChangesNothing(byte[] frame) {
    arrives(frame, client, 1);
    assertThat(cluster.core.counters()).isEqualTo(new Counters(1, 0, 0));
    assertThat(cluster.core.ledger().submitted()).isZero();
    cluster.submit(client, square(1));
    assertThat(cluster.core.ledger().submitted()).isOne();
  }

  @Test
  void aFrameOfAKindOfALaterVersionIsSteppedOver() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    cluster.submit(client, square(7));
    Grant grant = worker.only();
    worker.link.batch(FrameKind.UNKNOWN);
    worker.succeeds(grant, "49");
    client.link.batch(FrameKind.UNKNOWN);
    client.submit(square(8));
    cluster.settle();
    assertThat(cluster.core.ledger().succeeded()).isOne();
    assertThat(client.answer(2).problem()).isNull();
    assertThat(cluster.core.counters()).isEqualTo(new Counters(0, 0, 2));
    cluster.pass(Duration.ofSeconds(2));
    assertThat(worker.link.sending().unacknowledged()).isZero();
    assertThat(client.link.sending().unacknowledged()).isZero();
    assertThat(cluster.core.counters()).isEqualTo(new Counters(0, 0, 2));
  }

  @Test
  void whatIsNoFrameIsCounted() {
    byte[] wrongVersion = new ClientHello("n").frame(new Session(0, 0, 0, 0, 0));
    wrongVersion[1]++;
    for (byte[] frame : List.of(new byte[0], new byte[64], wrongVersion)) {
      cluster.core.receive(frame, cluster.now());
    }
    assertThat(cluster.core.counters()).isEqualTo(new Counters(3, 0, 0));
  }

  @Test
  void aWorkerCantSubmit() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    Submit.write(worker.link.batch(FrameKind.SUBMIT), 1, true, square(1));
    cluster.settle();
    assertThat(cluster.core.counters().malformed()).isOne();
    assertThat(cluster.core.ledger().submitted()).isZero();
  }

  @Test
  void aRequestThatCantBeReadIsAnsweredWithTheReason() throws MalformedFrameException {
    byte[] version = new ClientHello("n").frame(new Session(VirtualPeer.CLUSTER, 0, 0, 9, 0));
    version[1] = 2;
    assertThat(refusal(version)).isEqualTo("protocol version 2, this node speaks 1");
    assertThat(refusal(new byte[3])).isEqualTo("a frame of 3 bytes has no header");
    byte[] noRequest = new BatchWriter(FrameKind.SUBMIT).frame(client.link.session());
    assertThat(refusal(noRequest)).isEqualTo("not a request: SUBMIT");
    noRequest[2] = 99;
    assertThat(refusal(noRequest)).isEqualTo("not a request: UNKNOWN");
    assertThat(cluster.core.counters().malformed()).isEqualTo(4);
  }

  @Test
  void aNodeOfAnotherClusterIsRefused() throws MalformedFrameException {
    byte[] hello = new ClientHello("n").frame(new Session(Header.cluster("other"), 0, 0, 9, 0));
    assertThat(refusal(hello)).contains("cluster.name");
    assertThat(cluster.core.clients()).isOne();
  }

  private String refusal(byte[] request) throws MalformedFrameException {
    return Refused.read(cluster.core.request(request, cluster.now())).reason();
  }

  @Test
  void typesAreCountedOneByOne() {
    VirtualWorker worker = cluster.worker("w", 1, "square", "cube");
    cluster.submit(client, square(1));
    cluster.pass(Duration.ofSeconds(1));
    cluster.submit(client, square(2));
    cluster.submit(client, TaskRequest.of("other", 3));
    cluster.pass(Duration.ofSeconds(4));
    assertThat(cluster.core.types(cluster.now()))
        .containsExactly(
            view("square", 1, 1, 4_000, 1),
            view("cube", 0, 0, 0, 1),
            view("other", 1, 0, 4_000, 0));
    cluster.kill(worker);
    cluster.core.nodeLeft(worker.nodeId, cluster.now());
    cluster.settle();
    assertThat(cluster.core.types(cluster.now()).get(0)).isEqualTo(view("square", 2, 0, 4_000, 0));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void eachTaskEndsOnceOnABadBusWithWorkersThatDie(long seed) {
    Random random = new Random(seed);
    List<VirtualWorker> workers = new ArrayList<>();
    cluster.weather = letters -> stormy(letters, random);
    int submitted = 0;
    for (int step = 0; step < 1_000; step++) {
      if (random.nextInt(4) == 0) {
        client.submit(square(++submitted).withMaxAttempts(1 + random.nextInt(3)));
      }
      if (random.nextInt(50) == 0) {
        workers.add(cluster.worker("w" + step, 5, "square"));
      }
      if (workers.size() > 3) {
        misfortune(workers, random);
      }
      workers.forEach(worker -> work(worker, random));
      cluster.tick(Duration.ofMillis(random.nextInt(100)));
    }
    cluster.loseNothing();
    workers.forEach(cluster::reconnect);
    workers.add(cluster.worker("last", 100, "square"));
    for (int step = 0; step < 1_000 && told().size() < submitted; step++) {
      workers.forEach(worker -> work(worker, random));
      cluster.tick(Duration.ofMillis(100));
    }
    assertThat(client.answers.values().stream().map(Accepted::id).collect(Collectors.toSet()))
        .isEqualTo(told())
        .isEqualTo(cluster.store.ended.keySet())
        .hasSize(submitted);
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 25);
  }

  /** The tasks of which the client knows the end. */
  private Set<Long> told() {
    return client.dones.stream().map(Done::id).collect(Collectors.toSet());
  }

  private static List<Letter> stormy(List<Letter> letters, Random random) {
    List<Letter> arriving = new ArrayList<>();
    for (Letter letter : letters) {
      int luck = random.nextInt(10);
      if (luck > 0) {
        arriving.add(letter);
      }
      if (luck > 8 && !letter.call()) {
        arriving.add(letter);
      }
    }
    Collections.shuffle(arriving, random);
    return arriving;
  }

  private void misfortune(List<VirtualWorker> workers, Random random) {
    VirtualWorker worker = workers.get(random.nextInt(workers.size()));
    switch (random.nextInt(40)) {
      case 0 -> cluster.cutOff(worker);
      case 1 -> cluster.reconnect(worker);
      case 2 -> {
        workers.remove(worker);
        cluster.kill(worker);
      }
      case 3 -> cluster.core.nodeLeft(worker.nodeId, cluster.now());
      default -> {
        // This time nothing happens.
      }
    }
  }

  private static void work(VirtualWorker worker, Random random) {
    for (Grant grant : worker.all()) {
      switch (random.nextInt(30)) {
        case 0, 1 -> worker.succeeds(grant, "1");
        case 2 -> worker.fails(grant, ErrorKind.HANDLER);
        case 3 -> worker.releases(grant, random.nextBoolean());
        default -> {
          // It goes on.
        }
      }
    }
  }

  private static TypeView view(String type, int queued, int running, long oldest, int workers) {
    return new TypeView(
        type,
        queued,
        running,
        0,
        oldest,
        workers == 0 ? TypeView.Capacity.NONE : new TypeView.Capacity(1, 1, 1, 0),
        TypeView.Unserved.NONE,
        TypeSettings.usual(type));
  }
}
