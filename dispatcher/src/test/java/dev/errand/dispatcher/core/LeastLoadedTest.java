package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.TaskRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The worker with the largest share of free slots gets the next task. */
class LeastLoadedTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private void submit(int times, TaskRequest request) {
    for (int i = 0; i < times; i++) {
      client.submit(request);
    }
    cluster.settle();
  }

  @Test
  void manyWorkersAreFilledInProportionToTheirSlots() {
    List<VirtualWorker> workers = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      workers.add(cluster.worker("w" + i, 10 * i, "any"));
    }
    submit(275, ANY);
    for (int i = 1; i <= 10; i++) {
      assertThat(workers.get(i - 1).running.size())
          .as("of %s", 10 * i)
          .isBetween(5 * i - 2, 5 * i + 2);
    }
    submit(275, ANY);
    assertThat(cluster.core.types(cluster.now()).get(0).queued()).isZero();
  }

  @Test
  void equalOnesTakeTurns() {
    List<VirtualWorker> workers = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      workers.add(cluster.worker("w" + i, 100, "any"));
    }
    submit(70, ANY);
    assertThat(workers).allSatisfy(worker -> assertThat(worker.running).hasSize(10));
  }

  @Test
  void equalOnesTakeTurnsAlsoOneTaskAtATime() {
    Set<String> used = new HashSet<>();
    List<VirtualWorker> workers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      workers.add(cluster.worker("w" + i, 1_000, "any"));
    }
    for (int i = 0; i < 5; i++) {
      long id = cluster.submit(client, ANY);
      used.add(cluster.view(id).worker());
      workers.stream()
          .filter(worker -> !worker.running.isEmpty())
          .forEach(worker -> worker.succeeds(worker.only(), "1"));
      cluster.settle();
    }
    assertThat(used).hasSize(5);
  }

  @Test
  void theLoadOfOtherTypesCounts() {
    VirtualWorker both = cluster.worker("both", 10, "any", "other");
    submit(8, TaskRequest.of("other", 1));
    VirtualWorker idle = cluster.worker("idle", 10, "any");
    submit(8, ANY);
    assertThat(idle.running).hasSize(8);
    assertThat(both.running).hasSize(8);
    submit(4, ANY);
    assertThat(idle.running).hasSize(10);
    assertThat(both.running).hasSize(10);
  }

  /** A worker of four slots that has said how far it goes ahead of them. */
  private VirtualWorker keen(int ahead) {
    VirtualWorker keen = cluster.worker("keen", 4, "any");
    keen.ahead = ahead;
    submit(1, ANY);
    keen.succeeds(keen.only(), "1");
    cluster.settle();
    return keen;
  }

  @Test
  void aWorkerGetsMoreThanItHasSlotsForOnlyIfNobodyHasAFreeSlot() {
    VirtualWorker keen = keen(3);
    VirtualWorker plain = cluster.worker("plain", 4, "any");
    submit(8, ANY);
    assertThat(keen.running).hasSize(4);
    assertThat(plain.running).hasSize(4);
    submit(2, ANY);
    assertThat(keen.running).hasSize(6);
    assertThat(cluster.core.types(cluster.now()).get(0).capacity().free()).isZero();
    plain.succeeds(plain.all().get(0), "1");
    plain.succeeds(plain.all().get(0), "1");
    cluster.settle();
    submit(2, ANY);
    assertThat(keen.running).hasSize(6);
    assertThat(plain.running).hasSize(4);
    submit(2, ANY);
    assertThat(keen.running).hasSize(7);
    assertThat(cluster.core.types(cluster.now()).get(0).queued()).isOne();
  }

  @Test
  void whoGivesBackWhatWaitedGetsOnlyWhatBeginsAtOnceUntilItTakesMore() {
    VirtualWorker keen = keen(3);
    submit(5, ANY);
    assertThat(keen.running).hasSize(5);
    keen.ahead = 0;
    keen.releases(keen.all().get(4), false);
    cluster.settle();
    assertThat(keen.running).hasSize(4);
    assertThat(keen.frames).hasSize(2);
    keen.succeeds(keen.all().get(0), "1");
    cluster.settle();
    assertThat(keen.running).hasSize(4);
    submit(1, ANY);
    assertThat(keen.running).hasSize(4);
    keen.ahead = 6;
    keen.succeeds(keen.all().get(0), "1");
    submit(2, ANY);
    assertThat(keen.running).hasSize(6);
  }

  @Test
  void whoHadMoreThanItsSlotsIsChosenAgainWhenTheyAreFree() {
    VirtualWorker keen = keen(8);
    submit(10, ANY);
    assertThat(keen.running).hasSize(10);
    VirtualWorker plain = cluster.worker("plain", 4, "any");
    submit(3, ANY);
    assertThat(plain.running).hasSize(3);
    // Its credit does not grow by that: only its leases become fewer.
    keen.ahead = 0;
    keen.all().stream().limit(8).forEach(grant -> keen.succeeds(grant, "1"));
    cluster.settle();
    submit(1, ANY);
    assertThat(plain.running).hasSize(3);
    assertThat(keen.running).hasSize(3);
  }

  @Test
  void whoBecomesFreeIsChosenAgain() {
    VirtualWorker first = cluster.worker("first", 4, "any");
    VirtualWorker second = cluster.worker("second", 4, "any");
    submit(8, ANY);
    first.all().forEach(grant -> first.succeeds(grant, "1"));
    cluster.settle();
    second.succeeds(second.all().get(0), "1");
    cluster.settle();
    submit(3, ANY);
    assertThat(first.running).hasSize(3);
    assertThat(second.running).hasSize(3);
  }
}
