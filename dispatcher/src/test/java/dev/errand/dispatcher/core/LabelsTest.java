package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.WaitingFor;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A task may require labels of its worker. */
class LabelsTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);
  private static final TaskRequest IN_A = ANY.withRequire(Map.of("zone", "a"));

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private VirtualWorker worker(String name, int slots, Map<String, String> labels) {
    return cluster.worker(
        name, new Credit(0, slots), List.of(new Offer("any", Pool.EVENT_LOOP, 0)), labels);
  }

  @Test
  void itRunsOnlyWhereAllOfThemAre() {
    long id = cluster.submit(client, ANY.withRequire(Map.of("zone", "a", "disk", "fast")));
    for (Map<String, String> labels :
        List.of(
            Map.<String, String>of(),
            Map.of("zone", "a"),
            Map.of("zone", "b", "disk", "fast"),
            Map.of("zone", "a", "disk", "slow"))) {
      assertThat(worker("w" + labels, 1, labels).running).isEmpty();
    }
    VirtualWorker right = worker("right", 1, Map.of("zone", "a", "disk", "fast", "gpu", "no"));
    assertThat(right.only().task()).isEqualTo(id);
  }

  @Test
  void whoHasNoneSaysWhatIsMissing() {
    worker("w", 1, Map.of("zone", "b"));
    long id = cluster.submit(client, IN_A);
    assertThat(cluster.view(id).waitingFor())
        .isEqualTo(
            new WaitingFor(
                WaitingFor.Code.NO_WORKER, "no worker that offers 'any' has the labels zone: a"));
  }

  @Test
  void othersRunMeanwhile() {
    VirtualWorker worker = worker("w", 2, Map.of("zone", "b"));
    cluster.submit(client, IN_A);
    long plain = cluster.submit(client, ANY);
    assertThat(worker.only().task()).isEqualTo(plain);
  }

  @Test
  void aWorkerWithLabelsRunsTasksThatRequireNone() {
    VirtualWorker worker = worker("w", 1, Map.of("zone", "a"));
    cluster.submit(client, ANY);
    assertThat(worker.running).hasSize(1);
  }

  @Test
  void aSlotThatIsFreeAgainGoesToTheOlderOfBoth() {
    VirtualWorker worker = worker("w", 1, Map.of("zone", "a"));
    cluster.submit(client, ANY);
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      ids.add(cluster.submit(client, i % 2 == 0 ? IN_A : ANY));
      cluster.tick(Duration.ofMillis(10));
    }
    List<Long> order = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      worker.succeeds(worker.only(), "1");
      cluster.settle();
      order.add(worker.only().task());
    }
    assertThat(order).isEqualTo(ids);
  }

  @Test
  void theLeastLoadedOfThoseWithTheLabelsIsChosen() {
    VirtualWorker small = worker("small", 2, Map.of("zone", "a"));
    VirtualWorker large = worker("large", 8, Map.of("zone", "a"));
    VirtualWorker elsewhere = worker("elsewhere", 100, Map.of("zone", "b"));
    for (int i = 0; i < 5; i++) {
      cluster.submit(client, IN_A);
    }
    assertThat(small.running).hasSize(1);
    assertThat(large.running).hasSize(4);
    assertThat(elsewhere.running).isEmpty();
  }

  @Test
  void whenItsWorkerIsLostItGoesToAnotherThatHasThem() {
    VirtualWorker first = worker("first", 1, Map.of("zone", "a"));
    long id = cluster.submit(client, IN_A);
    cluster.leave(first);
    worker("wrong", 1, Map.of("zone", "b"));
    VirtualWorker right = worker("right", 1, Map.of("zone", "a"));
    assertThat(right.all()).extracting(Grant::task).containsExactly(id);
  }

  @Test
  void queuesOfLabelsAreForgottenWithTheirLastTask() {
    VirtualWorker worker = worker("w", 1, Map.of("zone", "a"));
    for (int i = 0; i < 50; i++) {
      long id = cluster.submit(client, ANY.withRequire(Map.of("number", "n" + i)));
      assertThat(cluster.core.cancel(id, cluster.now())).isNull();
      cluster.settle();
    }
    long id = cluster.submit(client, IN_A);
    assertThat(worker.only().task()).isEqualTo(id);
    cluster.leave(worker);
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
    assertThat(cluster.core.types(cluster.now())).isEmpty();
  }
}
