package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrantingTest {

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private void submit(int times, String type) {
    for (int i = 0; i < times; i++) {
      client.submit(TaskRequest.of(type, i));
    }
    cluster.settle();
  }

  private static List<String> payloads(VirtualWorker worker) {
    return worker.all().stream().map(grant -> grant.payload().text()).toList();
  }

  private static List<String> types(VirtualWorker worker) {
    return worker.all().stream().map(Grant::type).toList();
  }

  @Test
  void aWorkerGetsAsManyAsItHasSlotsAndThenOneForEachThatEnds() {
    VirtualWorker worker = cluster.worker("w", 3, "square");
    submit(5, "square");
    assertThat(payloads(worker)).containsExactly("0", "1", "2");
    worker.succeeds(worker.all().get(1), "1");
    cluster.settle();
    assertThat(payloads(worker)).containsExactly("0", "2", "3");
    worker.all().forEach(grant -> worker.succeeds(grant, "1"));
    cluster.settle();
    assertThat(payloads(worker)).containsExactly("4");
  }

  @Test
  void grantsOfATurnAreOneFrame() {
    VirtualWorker worker = cluster.worker("w", 50, "square");
    submit(100, "square");
    worker.all().forEach(grant -> worker.succeeds(grant, "1"));
    cluster.settle();
    assertThat(worker.frames).extracting(List::size).containsExactly(50, 50);
  }

  @Test
  void whatWaitsIsGrantedWhenAWorkerComes() {
    submit(2, "square");
    VirtualWorker worker = cluster.worker("w", 5, "square", "cube");
    assertThat(payloads(worker)).containsExactly("0", "1");
  }

  @Test
  void aWorkerGetsNothingThatItDoesNotOffer() {
    VirtualWorker worker = cluster.worker("w", 5, "cube");
    submit(1, "square");
    submit(1, "cube");
    assertThat(types(worker)).containsExactly("cube");
  }

  @Test
  void typesTakeTurnsAlsoWhenOneSlotAtATimeIsFree() {
    submit(5, "many");
    submit(2, "few");
    VirtualWorker worker = cluster.worker("w", 1, "many", "few");
    List<String> ran = new ArrayList<>();
    while (!worker.all().isEmpty()) {
      ran.addAll(types(worker));
      worker.succeeds(worker.only(), "1");
      cluster.settle();
    }
    assertThat(ran).containsExactly("many", "few", "many", "few", "many", "many", "many");
  }

  @Test
  void typesTakeTurns() {
    submit(10, "many");
    submit(2, "few");
    submit(1, "single");
    VirtualWorker worker = cluster.worker("w", 6, "many", "few", "single");
    assertThat(types(worker)).containsExactly("many", "few", "single", "many", "few", "many");
  }

  @Test
  void theLargerShareOfFreeSlotsGoesFirst() {
    VirtualWorker small = cluster.worker("small", 10, "square");
    VirtualWorker large = cluster.worker("large", 30, "square");
    submit(20, "square");
    assertThat(small.running).hasSize(5);
    assertThat(large.running).hasSize(15);
    small.all().forEach(grant -> small.succeeds(grant, "1"));
    cluster.settle();
    submit(4, "square");
    assertThat(small.running).hasSize(4);
  }

  @Test
  void eachPoolHasCreditsOfItsOwn() {
    VirtualWorker worker =
        cluster.worker(
            "w",
            new Credit(1, 2),
            List.of(new Offer("blocks", Pool.BLOCKING, 0), new Offer("loops", Pool.EVENT_LOOP, 0)));
    submit(3, "blocks");
    submit(3, "loops");
    assertThat(types(worker)).containsExactly("blocks", "loops", "loops");
    worker.succeeds(worker.all().get(0), "1");
    cluster.settle();
    assertThat(types(worker)).containsExactly("loops", "loops", "blocks");
  }

  @Test
  void aWorkerThatDrainsGetsNothingMore() {
    VirtualWorker worker = cluster.worker("w", 3, "square");
    submit(1, "square");
    worker.drains();
    cluster.settle();
    submit(2, "square");
    cluster.pass(Duration.ofSeconds(5));
    assertThat(payloads(worker)).containsExactly("0");
    worker.succeeds(worker.only(), "0");
    cluster.pass(Duration.ofSeconds(5));
    assertThat(worker.running).isEmpty();
    assertThat(cluster.core.workers(cluster.now()).get(0).draining()).isTrue();
    assertThat(payloads(cluster.worker("other", 5, "square"))).containsExactly("0", "1");
  }

  @Test
  void aWorkerThatDrainsStillDoesInItsNextSession() {
    VirtualWorker worker = cluster.worker("w", 3, "square");
    worker.drains();
    cluster.settle();
    worker.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofSeconds(1));
    assertThat(worker.link.session()).isNotNull();
    submit(1, "square");
    assertThat(worker.running).isEmpty();
    assertThat(cluster.core.workers(cluster.now()).get(0).draining()).isTrue();
  }

  /** As people see it. */
  private String id(String name) {
    return cluster.core.workers(cluster.now()).stream()
        .filter(worker -> worker.name().equals(name))
        .map(WorkerView::id)
        .findAny()
        .orElseThrow();
  }

  @Test
  void aWorkerThatIsToldToLeaveGetsNothingMoreAndFinishesWhatRuns() {
    VirtualWorker worker = cluster.worker("w", 3, "square");
    submit(1, "square");
    assertThat(cluster.core.drain(id("w"), cluster.now()).draining()).isTrue();
    assertThat(cluster.core.workers(cluster.now()).get(0).draining()).isTrue();
    submit(2, "square");
    assertThat(worker.toldToLeave).isOne();
    assertThat(payloads(worker)).containsExactly("0");
    worker.succeeds(worker.only(), "0");
    cluster.pass(Duration.ofSeconds(5));
    assertThat(worker.running).isEmpty();
    assertThat(payloads(cluster.worker("other", 5, "square"))).containsExactly("0", "1");
  }

  @Test
  void aWorkerIsToldToLeaveOnce() {
    VirtualWorker worker = cluster.worker("w", 3, "square");
    for (int i = 0; i < 3; i++) {
      assertThat(cluster.core.drain(id("w"), cluster.now()).draining()).isTrue();
      cluster.pass(Duration.ofSeconds(2));
    }
    assertThat(worker.toldToLeave).isOne();
  }

  @Test
  void whoMayNotHaveHeardThatItIsToLeaveIsToldAgain() {
    VirtualWorker worker = cluster.worker("w", 3, "square");
    cluster.lose(FrameKind.DRAIN);
    cluster.core.drain(id("w"), cluster.now());
    cluster.settle();
    cluster.loseNothing();
    assertThat(worker.toldToLeave).isZero();
    worker.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofSeconds(1));
    assertThat(worker.toldToLeave).isOne();
    submit(1, "square");
    assertThat(worker.running).isEmpty();
  }

  @Test
  void nobodyIsToldToLeaveByAnUnknownId() {
    VirtualWorker worker = cluster.worker("w", 3, "square");
    for (String id : new String[] {"", "0", "no id", "-1", "ffffffffffffffffff"}) {
      assertThat(cluster.core.drain(id, cluster.now())).as(id).isNull();
    }
    submit(1, "square");
    assertThat(worker.toldToLeave).isZero();
    assertThat(worker.running).hasSize(1);
  }

  @Test
  void aGrantThatIsLostTakesItsCreditOnlyUntilItIsRepeated() {
    VirtualWorker worker = cluster.worker("w", 2, "square");
    cluster.lose(FrameKind.GRANT);
    submit(3, "square");
    cluster.loseNothing();
    cluster.pass(Duration.ofSeconds(3));
    assertThat(payloads(worker)).containsExactly("0", "1");
    worker.all().forEach(grant -> worker.succeeds(grant, "1"));
    cluster.settle();
    assertThat(payloads(worker)).containsExactly("2");
  }
}
