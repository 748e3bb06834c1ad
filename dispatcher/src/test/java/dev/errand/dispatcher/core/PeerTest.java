package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.VirtualCluster.Letter;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeerTest {

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();
  private final VirtualWorker worker = cluster.worker("w", 100, "square");

  /** Three frames of each kind leave, in both directions. */
  private void traffic() {
    submit(3);
    for (Grant grant : worker.all()) {
      worker.succeeds(grant, grant.payload().text());
      cluster.settle();
    }
    cluster.pass(Duration.ofSeconds(6));
    for (Grant grant : worker.all()) {
      worker.succeeds(grant, grant.payload().text());
    }
    cluster.pass(Duration.ofSeconds(6));
  }

  /** In a frame each. */
  private void submit(int times) {
    for (int i = 0; i < times; i++) {
      client.submit(TaskRequest.of("square", i));
      cluster.settle();
    }
  }

  private void assertAllIsDone() {
    assertThat(client.answers).containsOnlyKeys(1L, 2L, 3L);
    assertThat(client.dones)
        .extracting(done -> done.task().result().text())
        .containsExactlyInAnyOrder("0", "1", "2");
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(3, 0, 0, 0, 3, 0, 0));
    assertThat(worker.frames)
        .allSatisfy(frame -> assertThat(frame).extracting(Grant::attempt).containsOnly(1));
    assertThat(worker.link.sending().unacknowledged()).isZero();
    assertThat(client.link.sending().unacknowledged()).isZero();
    assertThat(cluster.core.counters()).isEqualTo(new Counters(0, 0, 0));
  }

  @Test
  void framesThatArriveTwiceCountOnce() {
    cluster.weather =
        letters -> {
          List<Letter> twice = new ArrayList<>(letters);
          letters.stream().filter(letter -> !letter.call()).forEach(twice::add);
          return twice;
        };
    traffic();
    assertAllIsDone();
  }

  @Test
  void framesThatOvertakeOthersAreTakenInTheirOrder() {
    List<Letter> held = new ArrayList<>();
    cluster.weather = letters -> lateAndReversed(held, letters);
    traffic();
    assertAllIsDone();
  }

  /** Frames wait until there are three, and then arrive the last one first. */
  private static List<Letter> lateAndReversed(List<Letter> held, List<Letter> letters) {
    List<Letter> due = new ArrayList<>();
    for (Letter letter : letters) {
      (letter.call() ? due : held).add(letter);
    }
    if (held.size() >= 3) {
      Collections.reverse(held);
      due.addAll(held);
      held.clear();
    }
    return due;
  }

  @ParameterizedTest
  @EnumSource(names = {"SUBMIT", "ACCEPTED", "GRANT", "OUTCOMES", "DONE", "ACK"})
  void theFirstFrameOfEachKindMayBeLost(FrameKind kind) {
    List<Letter> lost = new ArrayList<>();
    cluster.weather =
        letters -> {
          List<Letter> arriving = new ArrayList<>(letters);
          for (Letter letter : letters) {
            if (letter.kind() == kind && lost.isEmpty()) {
              lost.add(letter);
              arriving.remove(letter);
            }
          }
          return arriving;
        };
    traffic();
    assertThat(lost).hasSize(1);
    assertAllIsDone();
  }

  @Test
  void whatIsLostIsRepeatedByTheSecondHeartbeat() {
    cluster.lose(FrameKind.GRANT);
    cluster.submit(client, TaskRequest.of("square", 1));
    cluster.loseNothing();
    assertThat(worker.running).isEmpty();
    cluster.pass(Duration.ofMillis(2_100));
    assertThat(worker.running).hasSize(1);
  }

  @Test
  void nothingIsRepeatedThatHasArrived() {
    traffic();
    List<FrameKind> kinds = new ArrayList<>();
    cluster.weather =
        letters -> {
          letters.forEach(letter -> kinds.add(letter.kind()));
          return letters;
        };
    cluster.pass(Duration.ofSeconds(10));
    assertThat(kinds).isNotEmpty().containsOnly(FrameKind.HEARTBEAT, FrameKind.HEARTBEAT_REPLY);
  }

  @Test
  void whatWasAcknowledgedIsNotToldAgainInTheNextSession() {
    traffic();
    client.link.dispatcherLeft(cluster.now().nanos());
    worker.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofSeconds(5));
    assertThat(client.dones).hasSize(3);
    assertThat(worker.frames).hasSize(3);
  }

  @Test
  void whatIsRecordedOfTheSessionBeforeIsNotAcknowledgedInTheNext() {
    cluster.store.slow = true;
    submit(3);
    cluster.lose(FrameKind.SUBMIT);
    client.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofMillis(500));
    submit(1);
    cluster.store.record(3);
    cluster.settle();
    cluster.loseNothing();
    cluster.store.slow = false;
    cluster.pass(Duration.ofSeconds(4));
    assertThat(client.answers).containsOnlyKeys(1L, 2L, 3L, 4L);
  }

  @Test
  void aFrameThatComesLateTakesNoCreditBack() {
    List<Letter> first = new ArrayList<>();
    cluster.weather =
        letters -> {
          letters.stream().filter(letter -> letter.kind() == FrameKind.ACK).forEach(first::add);
          return letters;
        };
    VirtualWorker small = cluster.worker("small", 1, "cube");
    cluster.loseNothing();
    for (int i = 0; i < 5; i++) {
      cluster.submit(client, TaskRequest.of("cube", i));
      small.succeeds(small.only(), "1");
      cluster.settle();
      cluster.core.receive(first.get(0).frame(), cluster.now());
    }
    assertThat(small.frames).hasSize(5);
  }

  @Test
  void anAcknowledgementLeavesWithOtherFramesIfThereAreAny() {
    List<FrameKind> toWorker = new ArrayList<>();
    cluster.weather =
        letters -> {
          letters.stream()
              .filter(letter -> !letter.up() && letter.peer() == worker.incarnation)
              .forEach(letter -> toWorker.add(letter.kind()));
          return letters;
        };
    for (int i = 0; i < 101; i++) {
      client.submit(TaskRequest.of("square", i));
    }
    cluster.settle();
    worker.succeeds(worker.all().get(0), "1");
    cluster.settle();
    worker.succeeds(worker.all().get(0), "1");
    cluster.settle();
    assertThat(toWorker).containsExactly(FrameKind.GRANT, FrameKind.GRANT);
    cluster.tick(Duration.ofMillis(50));
    assertThat(toWorker).containsExactly(FrameKind.GRANT, FrameKind.GRANT, FrameKind.ACK);
    for (int i = 0; i < 4; i++) {
      worker.succeeds(worker.all().get(0), "1");
      cluster.settle();
    }
    assertThat(toWorker)
        .as("what is much is told at once")
        .containsExactly(FrameKind.GRANT, FrameKind.GRANT, FrameKind.ACK, FrameKind.ACK);
    cluster.tick(Duration.ofMillis(50));
    assertThat(toWorker).hasSize(4);
  }
}
