package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A step of priority is worth a minute of waiting: nobody waits for ever. */
class PriorityTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private long submit(int priority) {
    return cluster.submit(client, ANY.withPriority(priority));
  }

  private List<Long> order() {
    VirtualWorker worker = cluster.worker("w", 20, "any");
    return worker.all().stream().map(Grant::task).toList();
  }

  @Test
  void theHigherGoesFirst() {
    List<Long> ids = new ArrayList<>();
    for (int priority = 0; priority <= 9; priority++) {
      ids.add(0, submit(priority));
    }
    assertThat(order()).isEqualTo(ids);
  }

  @Test
  void whoAsksForNoneHasTheFourth() {
    long lower = submit(3);
    long usual = cluster.submit(client, ANY);
    long higher = submit(5);
    assertThat(order()).containsExactly(higher, usual, lower);
  }

  @Test
  void amongEqualsTheOlderGoesFirst() {
    List<Long> ids = List.of(submit(7), submit(7), submit(7));
    assertThat(order()).isEqualTo(ids);
  }

  @ParameterizedTest
  @CsvSource({"3,4", "0,9", "4,6"})
  void aMinuteAStepIsWhatTheLowerHasToWaitLonger(int low, int high) {
    long lower = submit(low);
    cluster.tick(Duration.ofMinutes(high - low).minusMillis(100));
    long before = submit(high);
    cluster.tick(Duration.ofMillis(200));
    long after = submit(high);
    assertThat(order()).containsExactly(before, lower, after);
  }

  @Test
  void noFloodOfHighPriorityStarvesALowOne() {
    long low = submit(0);
    VirtualWorker worker = cluster.worker("w", 1, "any");
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertThat(client.done(low)).isNotNull();
    submit(9);
    long starved = submit(0);
    for (int second = 0; second < 9 * 60 + 5; second++) {
      submit(9);
      if (worker.only().task() == starved) {
        break;
      }
      worker.succeeds(worker.only(), "1");
      cluster.tick(Duration.ofSeconds(1));
    }
    assertThat(worker.only().task()).isEqualTo(starved);
  }

  @Test
  void itHoldsBetweenTasksThatRequireLabelsAndOthers() {
    long plain = submit(3);
    long picky = cluster.submit(client, ANY.withPriority(4).withRequire(Map.of("zone", "a")));
    VirtualWorker worker =
        cluster.worker(
            "w",
            new Credit(0, 2),
            List.of(new Offer("any", Pool.EVENT_LOOP, 0)),
            Map.of("zone", "a"));
    assertThat(worker.all()).extracting(Grant::task).containsExactly(picky, plain);
  }

  @Test
  void aRetryKeepsTheAgeOfItsTask() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long old = submit(4);
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
    long blocking = submit(4);
    long young = submit(4);
    cluster.pass(Duration.ofSeconds(2));
    assertThat(worker.only().task()).isEqualTo(blocking);
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertThat(worker.only().task()).isEqualTo(old);
    assertThat(cluster.view(young).waitingFor()).isNotNull();
  }
}
