package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Grant;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A task that has not ended when its time is over fails, wherever it is. */
class ExpiryTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);
  private static final TaskRequest BRIEF = ANY.withExpiresIn(Duration.ofSeconds(5));

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private void assertExpires(long id) {
    cluster.pass(Duration.ofMillis(4_900));
    assertThat(client.done(id)).isNull();
    cluster.pass(Duration.ofMillis(200));
    assertExpired(id);
  }

  private void assertExpired(long id) {
    assertThat(client.done(id).state()).isEqualTo(TaskState.FAILED);
    assertThat(client.done(id).error().kind()).isEqualTo(ErrorKind.EXPIRED);
    assertThat(client.done(id).error().message())
        .isEqualTo("it had not ended when its expiresIn of 5 s was over");
    assertThat(cluster.store.ended.get(id).history().event()).isEqualTo(HistoryEntry.Event.EXPIRED);
  }

  @Test
  void aQueuedTaskExpires() {
    long id = cluster.submit(client, BRIEF);
    assertExpires(id);
    assertThat(cluster.worker("w", 1, "any").frames).isEmpty();
  }

  @Test
  void aDelayedTaskExpiresBeforeItStarts() {
    assertExpires(cluster.submit(client, BRIEF.withDelay(Duration.ofSeconds(10))));
  }

  @Test
  void aTaskWhoseDelayEndsFirstStartsAndExpiresFromItsSubmissionOn() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, BRIEF.withDelay(Duration.ofSeconds(2)));
    assertExpires(id);
    assertThat(worker.frames).hasSize(1);
  }

  @Test
  void aTaskExpiresInItsBackoff() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, BRIEF.withBackoff(Duration.ofMinutes(1)));
    worker.fails(worker.only(), ErrorKind.HANDLER);
    assertExpires(id);
  }

  @Test
  void aRunningTaskExpiresAndItsHandlerIsToldToStop() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, BRIEF);
    Grant grant = worker.only();
    assertExpires(id);
    assertThat(worker.cancels).containsExactly(new Cancel(grant.lease(), CancelReason.TIMEOUT));
  }

  @Test
  void anOutcomeAfterTheExpiryCountsNoMore() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    worker.stubborn = true;
    long id = cluster.submit(client, BRIEF);
    assertExpires(id);
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertExpired(id);
    assertThat(client.dones).hasSize(1);
  }

  @Test
  void aTaskThatLostItsWorkerExpiresAndIsNotAdopted() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, BRIEF);
    cluster.cutOff(worker);
    assertExpires(id);
    worker.succeeds(worker.only(), "1");
    cluster.reconnect(worker);
    cluster.pass(Duration.ofSeconds(4));
    assertExpired(id);
  }

  @Test
  void whatEndedInTimeDoesNotExpire() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, BRIEF);
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    cluster.pass(Duration.ofSeconds(10));
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(client.dones).hasSize(1);
  }

  @Test
  void whatEndsInTimeDoesNotExpireWhileTheStoreIsBusy() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, BRIEF);
    cluster.store.slow = true;
    worker.succeeds(worker.only(), "1");
    cluster.pass(Duration.ofSeconds(10));
    cluster.store.record(cluster.store.waiting());
    cluster.settle();
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void attemptsDoNotRenewIt() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, BRIEF.withMaxAttempts(100));
    for (int i = 0; i < 4; i++) {
      cluster.chance.share = 0;
      cluster.pass(Duration.ofSeconds(1));
      worker.fails(worker.only(), ErrorKind.HANDLER);
      cluster.settle();
    }
    cluster.pass(Duration.ofMillis(1_100));
    assertExpired(id);
  }
}
