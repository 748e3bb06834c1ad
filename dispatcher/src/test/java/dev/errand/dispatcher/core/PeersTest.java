package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.VirtualCluster.Letter;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.BatchWriter;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Heartbeat;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Submit;
import dev.errand.protocol.frame.Welcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeersTest {

  private static final TaskRequest SQUARE = TaskRequest.of("square", 7);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private List<String> workers() {
    return cluster.core.workers(cluster.now()).stream().map(WorkerView::name).toList();
  }

  @Test
  void aPeerIsToldTimingsAndLimits() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    assertThat(worker.welcome)
        .isEqualTo(new Welcome(false, 1_000, 3_000, 100, 200))
        .isEqualTo(client.welcome);
    assertThat(worker.link.session())
        .isEqualTo(new Session(VirtualPeer.CLUSTER, 0x5707e, 3, worker.incarnation, 2));
  }

  @Test
  void aWorkerIsSeenAsItSaysThatItIs() {
    VirtualWorker worker = cluster.worker("w", 4, "square", "cube");
    cluster.submit(client, SQUARE);
    cluster.tick(Duration.ofMillis(300));
    assertThat(cluster.core.workers(cluster.now()))
        .containsExactly(
            new WorkerView(
                Long.toHexString(worker.incarnation),
                worker.nodeId,
                "w",
                List.of("square", "cube"),
                Map.of(),
                new Credit(0, 4),
                new Credit(0, 1),
                300,
                false));
  }

  @Test
  void peersThatAreHeardStay() {
    cluster.worker("w", 1, "square");
    cluster.pass(Duration.ofMinutes(1));
    assertThat(workers()).containsExactly("w");
    assertThat(cluster.lostWorkers()).isEmpty();
  }

  @Test
  void aWorkerThatIsSilentForThreeSecondsIsGivenUp() {
    cluster.kill(cluster.worker("w", 1, "square"));
    cluster.pass(Duration.ofMillis(2_950));
    assertThat(workers()).containsExactly("w");
    cluster.pass(Duration.ofMillis(50));
    assertThat(workers()).isEmpty();
    assertThat(cluster.lostWorkers()).containsExactly("w");
    assertThat(cluster.lostWorkers()).isEmpty();
  }

  @Test
  void onlyTheWorkersOfTheNodeThatLeftAreGone() {
    cluster.worker("w1", 1, "square");
    cluster.worker("w2", 1, "square");
    cluster.core.nodeLeft("node-of-w1", cluster.now());
    cluster.core.nodeLeft("node-of-nobody", cluster.now());
    assertThat(workers()).containsExactly("w2");
  }

  @Test
  void aWorkerWhoseNodeWasThoughtGoneSaysHelloAgain() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    cluster.submit(client, SQUARE);
    cluster.core.nodeLeft(worker.nodeId, cluster.now());
    cluster.pass(Duration.ofMillis(1_300));
    assertThat(workers()).containsExactly("w");
    assertThat(worker.frames).hasSize(1);
    assertThat(worker.cancels).isEmpty();
  }

  @Test
  void aClientWhoseFirstWelcomeWasLostIsNotToldThatItGoesOn() {
    cluster.lose(FrameKind.WELCOME);
    VirtualClient other = cluster.client();
    cluster.loseNothing();
    cluster.pass(Duration.ofSeconds(4));
    assertThat(other.welcome.resumed()).isFalse();
    cluster.pass(Duration.ofSeconds(1));
    cluster.cutOff(other);
    cluster.pass(Duration.ofSeconds(4));
    cluster.reconnect(other);
    cluster.pass(Duration.ofSeconds(4));
    assertThat(other.welcome.resumed()).isTrue();
  }

  @Test
  void aHelloThatComesTwiceSaysNothingTheSecondTime() {
    List<VirtualCluster.Letter> hellos = new ArrayList<>();
    cluster.weather =
        due -> {
          due.stream()
              .filter(letter -> letter.kind() == FrameKind.WORKER_HELLO)
              .forEach(hellos::add);
          return due;
        };
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE.withMaxAttempts(1));
    cluster.worker("other", 1, "square");
    hellos.remove(1);
    cluster.weather =
        due -> {
          List<VirtualCluster.Letter> all = new ArrayList<>(due);
          all.addAll(hellos);
          hellos.clear();
          return all;
        };
    cluster.settle();
    assertThat(cluster.view(id).worker()).isEqualTo("w");
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    assertThat(client.done(id).attempt()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4, 60, 100_000})
  void nobodyIsGivenUpBecauseTheDispatcherStoodStill(long seconds) {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE.withTimeout(Duration.ofDays(2)));
    cluster.tick(Duration.ofSeconds(seconds));
    assertThat(cluster.lostWorkers()).isEmpty();
    cluster.pass(Duration.ofSeconds(5));
    assertThat(cluster.lostWorkers()).isEmpty();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(cluster.view(id).attempt()).isOne();
    assertThat(worker.frames).hasSize(1);
  }

  @Test
  void aWorkerThatDiesWhileTheDispatcherStandsStillIsGivenUpSoonAfter() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    cluster.kill(worker);
    cluster.tick(Duration.ofMinutes(1));
    cluster.pass(Duration.ofMillis(3_050));
    assertThat(workers()).isEmpty();
  }

  @Test
  void theSilenceBeforeAPauseStillCounts() {
    cluster.kill(cluster.worker("w", 1, "square"));
    cluster.pass(Duration.ofMillis(2_500));
    cluster.tick(Duration.ofMinutes(1));
    assertThat(workers()).containsExactly("w");
    cluster.pass(Duration.ofMillis(500));
    assertThat(workers()).isEmpty();
  }

  @Test
  void whatIsHeardBeforeTheFirstTickAfterAPauseIsNotHeardInTheFuture() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    byte[] beat = new Heartbeat(Map.of()).frame(worker.link.session(), 0, worker.credit());
    cluster.kill(worker);
    cluster.stand(Duration.ofMinutes(1));
    cluster.core.request(beat, cluster.now());
    cluster.tick(Duration.ofMillis(10));
    assertThat(cluster.core.workers(cluster.now()).get(0).heardMillisAgo()).isBetween(0L, 10L);
    cluster.pass(Duration.ofMillis(3_050));
    assertThat(workers()).isEmpty();
  }

  @Test
  void aHeartbeatOfASessionThatIsOverIsAnsweredByReset() throws MalformedFrameException {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    Session before = worker.link.session();
    worker.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofSeconds(1));
    assertThat(worker.link.session().number()).isGreaterThan(before.number());
    assertThat(answerToHeartbeat(before)).isEqualTo(FrameKind.RESET);
    assertThat(answerToHeartbeat(otherStore(worker.link.session()))).isEqualTo(FrameKind.RESET);
    assertThat(answerToHeartbeat(worker.link.session())).isEqualTo(FrameKind.HEARTBEAT_REPLY);
    assertThat(cluster.core.counters()).isEqualTo(new Counters(0, 2, 0));
  }

  private FrameKind answerToHeartbeat(Session session) throws MalformedFrameException {
    byte[] beat = new Heartbeat(Map.of()).frame(session, 0, Credit.NONE);
    return Header.read(cluster.core.request(beat, cluster.now())).kind();
  }

  private static Session otherStore(Session session) {
    return new Session(
        session.cluster(),
        session.storeId() + 1,
        session.epoch(),
        session.peer(),
        session.number());
  }

  @Test
  void aFrameOfASessionThatIsOverDoesNothing() {
    BatchWriter batch = new BatchWriter(FrameKind.SUBMIT);
    Submit.write(batch, 1, true, SQUARE);
    byte[] frame = batch.frame(client.link.session());
    Header.stamp(frame, otherStore(client.link.session()), 1, 0, Credit.NONE);
    cluster.core.receive(frame, cluster.now());
    cluster.settle();
    assertThat(cluster.core.counters()).isEqualTo(new Counters(0, 1, 0));
    assertThat(cluster.core.ledger().submitted()).isZero();
  }

  @Test
  void aClientIsRememberedForTenMinutes() {
    cluster.cutOff(client);
    cluster.pass(Duration.ofSeconds(590));
    assertThat(cluster.core.clients()).isOne();
    cluster.reconnect(client);
    cluster.pass(Duration.ofSeconds(4));
    assertThat(client.welcome.resumed()).isTrue();
    cluster.cutOff(client);
    cluster.pass(Duration.ofMinutes(10));
    assertThat(cluster.core.clients()).isZero();
    cluster.reconnect(client);
    cluster.pass(Duration.ofSeconds(4));
    assertThat(client.welcome.resumed()).isFalse();
  }

  @Test
  void aClientOutlivesItsNodesAbsence() {
    cluster.core.nodeLeft(client.nodeId, cluster.now());
    assertThat(cluster.core.clients()).isOne();
  }

  @Test
  void aClientThatSaysGoodbyeIsForgottenAndItsTasksGoOn() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    cluster.submit(client, SQUARE);
    cluster.leave(client);
    assertThat(cluster.core.clients()).isZero();
    List<Letter> toClient = new ArrayList<>();
    cluster.weather =
        letters -> {
          letters.stream()
              .filter(letter -> letter.peer() == client.incarnation)
              .forEach(toClient::add);
          return letters;
        };
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    assertThat(toClient).isEmpty();
    assertThat(cluster.core.ledger().succeeded()).isOne();
  }

  @Test
  void aSubmissionThatIsRepeatedInTheNextSessionIsTakenOnce() {
    cluster.lose(FrameKind.ACCEPTED);
    long number = client.submit(SQUARE);
    cluster.settle();
    cluster.store.slow = true;
    client.submit(SQUARE);
    cluster.settle();
    cluster.loseNothing();
    client.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofSeconds(2));
    cluster.store.slow = false;
    cluster.store.record(cluster.store.waiting());
    cluster.settle();
    assertThat(client.answer(number).id()).isNotZero();
    assertThat(client.answers).hasSize(2);
    assertThat(cluster.core.ledger().submitted()).isEqualTo(2);
  }

  @Test
  void aQuietClientIsToldInItsNextSessionWhatItMissed() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE);
    cluster.cutOff(client);
    worker.succeeds(worker.only(), "49");
    cluster.pass(Duration.ofSeconds(5));
    assertThat(client.link.session()).isNull();
    cluster.reconnect(client);
    cluster.pass(Duration.ofSeconds(6));
    assertThat(client.welcome.resumed()).isTrue();
    assertThat(client.done(id)).isNotNull();
  }
}
