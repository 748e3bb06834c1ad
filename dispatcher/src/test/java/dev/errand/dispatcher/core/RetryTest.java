package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Grant;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What has ended is tried again by hand, as a new generation. */
class RetryTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();
  private final VirtualWorker worker = cluster.worker("w", 1, "any");

  private StoredTask end(long id) {
    return cluster.store.ended.get(id);
  }

  private void retry(long id) {
    assertThat(cluster.core.retry(end(id), cluster.now())).isNull();
    cluster.settle();
  }

  private void fail() {
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
  }

  private long failed(TaskRequest request) {
    long id = cluster.submit(client, request);
    worker.fails(worker.only(), ErrorKind.REJECTED);
    cluster.settle();
    assertThat(end(id).state()).isEqualTo(TaskState.FAILED);
    return id;
  }

  @Test
  void aFailedTaskBeginsItsNextGenerationWithFreshAttempts() {
    long id = cluster.submit(client, ANY.withMaxAttempts(2));
    fail();
    cluster.pass(Duration.ofSeconds(2));
    fail();
    assertThat(end(id).tries()).isEqualTo(new Tries(1, 2, 2, 0));
    StoredTask end = end(id);
    retry(id);
    assertThat(cluster.store.retried).containsExactly(end);
    assertThat(worker.only().attempt()).isOne();
    fail();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.SCHEDULED);
    cluster.pass(Duration.ofSeconds(2));
    assertThat(worker.only().attempt()).isEqualTo(2);
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    assertThat(end(id).tries()).isEqualTo(new Tries(2, 2, 1, 0));
    assertThat(end(id).result()).isEqualTo(Bytes.of("49"));
  }

  @Test
  void eachGenerationIsCounted() {
    long id = failed(ANY);
    for (int generation = 2; generation <= 4; generation++) {
      retry(id);
      worker.fails(worker.only(), ErrorKind.REJECTED);
      cluster.settle();
      assertThat(end(id).tries()).isEqualTo(new Tries(generation, 1, 0, 0));
    }
  }

  @Test
  void succeededAndCancelledTasksCanBeTriedAgainToo() {
    long succeeded = cluster.submit(client, ANY);
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    retry(succeeded);
    worker.succeeds(worker.only(), "2");
    cluster.settle();
    assertThat(end(succeeded).result()).isEqualTo(Bytes.of("2"));
    long cancelled = cluster.submit(client, ANY);
    assertThat(cluster.core.cancel(cancelled, cluster.now())).isNull();
    cluster.settle();
    retry(cancelled);
    worker.succeeds(worker.only(), "3");
    cluster.settle();
    assertThat(end(cancelled).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void theLedgerMovesItAndCountsNoSubmission() {
    long id = failed(ANY);
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(1, 0, 0, 0, 0, 1, 0));
    cluster.leave(worker);
    retry(id);
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(1, 0, 1, 0, 0, 0, 0));
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(1, 0, 0, 0, 0, 0, 1));
  }

  @Test
  void itCountsOnlyWhenItIsDurable() {
    long id = failed(ANY);
    cluster.store.slow = true;
    retry(id);
    assertThat(cluster.view(id)).isNull();
    assertThat(worker.running).isEmpty();
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(1, 0, 0, 0, 0, 1, 0));
    cluster.store.record(1);
    cluster.settle();
    assertThat(worker.only().task()).isEqualTo(id);
  }

  @Test
  void aLiveTaskIsAConflict() {
    long id = failed(ANY);
    StoredTask before = end(id);
    retry(id);
    assertThat(cluster.core.retry(before, cluster.now()).kind()).isEqualTo(Refusal.Kind.CONFLICT);
    assertThat(cluster.core.retry(cluster.store.tasks.get(id), cluster.now()).kind())
        .isEqualTo(Refusal.Kind.CONFLICT);
    assertThat(worker.only().task()).isEqualTo(id);
  }

  @Test
  void aFullQueueRefusesIt() {
    long id = failed(ANY);
    cluster.leave(worker);
    VirtualCluster full = cluster;
    int most = (int) VirtualCluster.SETTINGS.limits().queued();
    for (int i = 0; i < most; i++) {
      client.submit(ANY);
    }
    full.settle();
    Refusal refusal = full.core.retry(end(id), full.now());
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.LIMIT);
    assertThat(refusal.retryMillis()).isBetween(1_000L, 60_000L);
    assertThat(end(id).state()).isEqualTo(TaskState.FAILED);
  }

  @Test
  void itsExpiryIsFreshAndItsDelayOver() {
    TaskRequest request =
        ANY.withExpiresIn(Duration.ofSeconds(10)).withDelay(Duration.ofSeconds(2));
    long id = cluster.submit(client, request);
    cluster.pass(Duration.ofMillis(2_050));
    worker.fails(worker.only(), ErrorKind.REJECTED);
    cluster.pass(Duration.ofSeconds(20));
    retry(id);
    assertThat(worker.only().task()).isEqualTo(id);
    cluster.pass(Duration.ofMillis(9_900));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    cluster.pass(Duration.ofMillis(200));
    assertThat(end(id).error().kind()).isEqualTo(ErrorKind.EXPIRED);
    assertThat(end(id).tries().generation()).isEqualTo(2);
  }

  @Test
  void lossesOfTheGenerationBeforeCountNoMore() {
    long id = cluster.submit(client, ANY);
    cluster.kill(worker);
    for (int i = 0; i < 2; i++) {
      cluster.pass(Duration.ofMillis(3_100));
      cluster.kill(cluster.worker("w" + i, 1, "any"));
    }
    cluster.pass(Duration.ofMillis(3_100));
    assertThat(end(id).error().kind()).isEqualTo(ErrorKind.POISON);
    retry(id);
    cluster.kill(cluster.worker("last", 1, "any"));
    cluster.pass(Duration.ofMillis(3_100));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.QUEUED);
    assertThat(cluster.store.tasks.get(id).tries().losses()).isOne();
  }

  @Test
  void whoWatchesItIsToldOfItsNextEnd() {
    long id = failed(ANY);
    retry(id);
    client.dones.clear();
    client.watch(id);
    cluster.settle();
    assertThat(client.dones).isEmpty();
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    assertThat(client.dones).hasSize(1);
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void itsHistoryGoesOn() {
    long id = failed(ANY);
    retry(id);
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    List<HistoryEntry> history = end(id).history().all();
    assertThat(history)
        .extracting(HistoryEntry::event)
        .containsExactly(
            HistoryEntry.Event.FAILED, HistoryEntry.Event.RETRIED, HistoryEntry.Event.SUCCEEDED);
    assertThat(history).extracting(HistoryEntry::attempt).containsExactly(1, 0, 1);
  }

  @Test
  void aZombieOfTheGenerationBeforeIsHarmless() {
    long id = cluster.submit(client, ANY);
    worker.stubborn = true;
    Grant old = worker.only();
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
    retry(id);
    VirtualWorker other = cluster.worker("other", 1, "any");
    assertThat(other.only().task()).isEqualTo(id);
    worker.succeeds(old, "\"late\"");
    cluster.settle();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    other.succeeds(other.only(), "49");
    cluster.settle();
    assertThat(end(id).result()).isEqualTo(Bytes.of("49"));
    assertThat(end(id).tries()).isEqualTo(new Tries(2, 1, 0, 0));
    assertThat(cluster.core.types(cluster.now()).get(0).zombies()).isZero();
  }

  @Test
  void aZombieOfTheGenerationBeforeThatIsLostIsNoLossOfThisOne() {
    long id = cluster.submit(client, ANY);
    worker.stubborn = true;
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
    retry(id);
    cluster.kill(worker);
    cluster.pass(Duration.ofMillis(3_100));
    VirtualWorker other = cluster.worker("other", 1, "any");
    assertThat(other.only().task()).isEqualTo(id);
    assertThat(cluster.store.tasks.get(id).tries().losses()).isZero();
  }

  @Test
  void aLostWorkerDoesNotComeBackWithTheGenerationBefore() {
    long id = cluster.submit(client, ANY);
    cluster.cutOff(worker);
    cluster.pass(Duration.ofMillis(3_100));
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
    retry(id);
    worker.succeeds(worker.only(), "\"late\"");
    cluster.reconnect(worker);
    cluster.pass(Duration.ofSeconds(4));
    assertThat(worker.only().attempt()).isOne();
    assertThat(end(id)).isNull();
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    assertThat(end(id).result()).isEqualTo(Bytes.of("49"));
  }

  /** A worker, cut off, with a grant that the dispatcher's next life knows nothing of. */
  private VirtualWorker retriedWhileItHasAnUnrecordedGrant(long id) {
    cluster.store.stuck = true;
    VirtualWorker other = cluster.worker("other", 1, "any");
    assertThat(other.only().task()).isEqualTo(id);
    cluster.cutOff(other);
    cluster.restart();
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
    retry(id);
    return other;
  }

  private void startsAnewThere(long id, VirtualWorker other, Grant old) {
    cluster.reconnect(other);
    cluster.pass(Duration.ofSeconds(6));
    assertThat(other.cancels).containsExactly(new Cancel(old.lease(), CancelReason.LOST));
    assertThat(other.only().lease()).isNotEqualTo(old.lease());
    assertThat(cluster.view(id).attempt()).isOne();
  }

  @Test
  void anEarlierLifesGrantThatWasNotRecordedIsNotOfThisGeneration() {
    worker.drains();
    cluster.settle();
    long id = cluster.submit(client, ANY);
    VirtualWorker other = retriedWhileItHasAnUnrecordedGrant(id);
    Grant old = other.only();
    startsAnewThere(id, other, old);
  }

  @Test
  void norIsItWhenTheDispatcherStartsAgainBeforeTheGenerationHasALease() {
    worker.drains();
    cluster.settle();
    long id = cluster.submit(client, ANY);
    VirtualWorker other = retriedWhileItHasAnUnrecordedGrant(id);
    Grant old = other.only();
    cluster.restart();
    startsAnewThere(id, other, old);
  }

  @Test
  void beforeItsFirstAttemptItShowsNoWorker() {
    VirtualWorker gone = worker;
    long id = failed(ANY);
    cluster.leave(gone);
    retry(id);
    assertThat(cluster.view(id).worker()).isNull();
    assertThat(cluster.view(id).times().started()).isZero();
  }

  @Test
  void aDispatcherThatStartsAgainGoesOnWithTheGeneration() {
    long id = failed(ANY.withExpiresIn(Duration.ofSeconds(30)));
    cluster.leave(worker);
    cluster.pass(Duration.ofSeconds(20));
    retry(id);
    cluster.restart();
    VirtualWorker other = cluster.worker("other", 1, "any");
    cluster.pass(Duration.ofSeconds(20));
    assertThat(other.only().attempt()).isOne();
    other.succeeds(other.only(), "1");
    cluster.settle();
    assertThat(end(id).tries()).isEqualTo(new Tries(2, 1, 0, 0));
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(1, 0, 0, 0, 1, 0, 0));
  }
}
