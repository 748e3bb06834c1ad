package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.WaitingFor;
import dev.errand.protocol.frame.Grant;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A task may ask not to start before a time. */
class DelayTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  @Test
  void itStartsWhenItsDelayIsOverAndNotBefore() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY.withDelay(Duration.ofSeconds(10)));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.SCHEDULED);
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(1, 1, 0, 0, 0, 0, 0));
    cluster.pass(Duration.ofMillis(9_950));
    assertThat(worker.running).isEmpty();
    cluster.pass(Duration.ofMillis(100));
    assertThat(worker.only().task()).isEqualTo(id);
    assertThat(worker.only().attempt()).isOne();
  }

  @Test
  void itSaysHowLongItStillWaits() {
    long id = cluster.submit(client, ANY.withDelay(Duration.ofSeconds(10)));
    cluster.pass(Duration.ofSeconds(4));
    assertThat(cluster.view(id).waitingFor())
        .isEqualTo(new WaitingFor(WaitingFor.Code.DELAY, "it starts in 6 s"));
  }

  @Test
  void theyStartInTheOrderOfTheirTimes() {
    long late = cluster.submit(client, ANY.withDelay(Duration.ofSeconds(3)));
    long early = cluster.submit(client, ANY.withDelay(Duration.ofSeconds(1)));
    long middle = cluster.submit(client, ANY.withDelay(Duration.ofSeconds(2)));
    cluster.pass(Duration.ofSeconds(4));
    VirtualWorker worker = cluster.worker("w", 3, "any");
    assertThat(worker.all()).extracting(Grant::task).containsExactly(early, middle, late);
  }

  @Test
  void itsDelayIsNoTimeOfWaiting() {
    long delayed = cluster.submit(client, ANY.withDelay(Duration.ofHours(1)));
    cluster.tick(Duration.ofMinutes(59));
    long higher = cluster.submit(client, ANY.withPriority(5));
    cluster.pass(Duration.ofSeconds(61));
    VirtualWorker worker = cluster.worker("w", 1, "any");
    assertThat(worker.only().task()).isEqualTo(higher);
    assertThat(cluster.view(delayed).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void theWallClockHasNoSayInIt() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.submit(client, ANY.withDelay(Duration.ofSeconds(10)));
    cluster.wallError = Duration.ofDays(1);
    cluster.pass(Duration.ofSeconds(9));
    assertThat(worker.running).isEmpty();
    cluster.wallError = Duration.ofDays(-1);
    cluster.pass(Duration.ofMillis(1_100));
    assertThat(worker.running).hasSize(1);
  }

  @Test
  void itsRecordSaysWhenItIsOver() {
    long id = cluster.submit(client, ANY.withDelay(Duration.ofSeconds(10)));
    StoredTask stored = cluster.store.tasks.get(id);
    assertThat(stored.state()).isEqualTo(TaskState.SCHEDULED);
    assertThat(stored.due()).isEqualTo(stored.spec().submitted() + 10_000);
  }
}
