package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.WaitingFor;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A dispatcher that starts again goes on from its store; what workers still run is adopted. */
class RecoveryTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);
  private static final TaskRequest ONCE = ANY.withMaxAttempts(1);
  private static final Duration TIME_TO_CLAIM = Duration.ofMillis(3_100);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  /** Everyone has noticed the restart, and nothing is held back any more. */
  private void recovered() {
    cluster.pass(Duration.ofSeconds(6));
  }

  private void assertRecovering(long id) {
    Task task = cluster.view(id);
    assertThat(task.state()).isEqualTo(TaskState.QUEUED);
    assertThat(task.waitingFor().code()).isEqualTo(WaitingFor.Code.RECOVERING);
    assertThat(task.waitingFor().message())
        .isEqualTo("the dispatcher has just started again, and a worker may still run it");
  }

  private StoredTask end(long id) {
    return cluster.store.ended.get(id);
  }

  private int losses(long id) {
    return cluster.store.tasks.get(id).tries().losses();
  }

  @Test
  void whatIsHeldBackHasWaitedSinceItsSubmission() {
    cluster.submit(client, ANY);
    cluster.pass(Duration.ofSeconds(20));
    cluster.submit(client, ANY);
    cluster.restart();
    cluster.pass(Duration.ofSeconds(1));
    assertThat(oldestMillis()).isBetween(21_000L, 25_000L);
    recovered();
    assertThat(oldestMillis()).isBetween(26_000L, 31_000L);
  }

  private long oldestMillis() {
    return cluster.core.types(cluster.now()).get(0).oldestMillis();
  }

  @Test
  void whatWasQueuedIsHeldBackUntilWorkersHadTheirTimeAndThenGranted() {
    long first = cluster.submit(client, ANY);
    long second = cluster.submit(client, ANY);
    cluster.restart();
    VirtualWorker worker = cluster.worker("w", 2, "any");
    assertRecovering(first);
    cluster.pass(Duration.ofMillis(2_950));
    assertThat(worker.running).isEmpty();
    cluster.pass(Duration.ofMillis(100));
    assertThat(worker.all()).extracting(Grant::task).containsExactly(first, second);
    assertThat(worker.all()).extracting(Grant::attempt).containsOnly(1);
  }

  @Test
  void whatMayStillRunCountsAsQueuedLikeInTheLedger() {
    cluster.submit(client, ANY);
    cluster.submit(client, ANY.withDelay(Duration.ofHours(1)));
    cluster.restart();
    assertThat(cluster.core.types(cluster.now()).get(0).queued()).isOne();
    assertThat(cluster.core.ledger().queued()).isOne();
    recovered();
    assertThat(cluster.core.types(cluster.now()).get(0).queued()).isOne();
    cluster.worker("w", 1, "any");
    assertThat(cluster.core.types(cluster.now()).get(0).queued()).isZero();
  }

  @Test
  void newTasksFlowAtOnceAndDoNotOvertakeForLong() {
    long old = cluster.submit(client, ANY);
    cluster.restart();
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.pass(Duration.ofSeconds(1));
    long fresh = cluster.core.submit(ANY, cluster.now()).id();
    cluster.settle();
    assertThat(fresh).isGreaterThan(old);
    assertThat(worker.only().task()).isEqualTo(fresh);
    long later = cluster.core.submit(ANY, cluster.now()).id();
    recovered();
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertThat(worker.only().task()).isEqualTo(old);
    assertThat(cluster.view(later).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void theDispatcherThatStoodStillGivesWorkersTheirTimeAnew() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    cluster.restart();
    VirtualWorker other = cluster.worker("other", 1, "any");
    cluster.cutOff(worker);
    cluster.stand(Duration.ofSeconds(10));
    cluster.core.tick(cluster.now());
    cluster.settle();
    assertThat(other.running).isEmpty();
    assertRecovering(id);
    cluster.pass(TIME_TO_CLAIM);
    assertThat(other.only().task()).isEqualTo(id);
  }

  @Test
  void whatAWorkerStillRunsIsAdoptedAndNotRunTwice() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    Grant grant = worker.only();
    VirtualWorker other = cluster.worker("other", 1, "any");
    cluster.restart();
    assertRecovering(id);
    recovered();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(cluster.view(id).attempt()).isOne();
    assertThat(cluster.view(id).worker()).isEqualTo("w");
    assertThat(worker.only()).isEqualTo(grant);
    assertThat(worker.cancels).isEmpty();
    assertThat(other.frames).isEmpty();
    worker.succeeds(grant, "49");
    cluster.settle();
    assertThat(end(id).result()).isEqualTo(Bytes.of("49"));
    assertThat(end(id).tries()).isEqualTo(new Tries(1, 1, 0, 0));
  }

  @Test
  void anAdoptedLeaseHasADeadline() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY.withTimeout(Duration.ofSeconds(10)));
    cluster.restart();
    recovered();
    cluster.pass(Duration.ofSeconds(16));
    assertThat(cluster.view(id).error().kind()).isEqualTo(ErrorKind.TIMEOUT);
    assertThat(worker.cancels).extracting(Cancel::reason).contains(CancelReason.TIMEOUT);
  }

  @Test
  void anOutcomeThatWaitedForTheDispatcherCounts() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    cluster.lose(FrameKind.OUTCOMES);
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    cluster.loseNothing();
    cluster.restart();
    recovered();
    assertThat(end(id).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(end(id).tries()).isEqualTo(new Tries(1, 1, 0, 0));
    assertThat(worker.link.sending().unacknowledged()).isZero();
  }

  @Test
  void anOutcomeWhoseRecordWasLostCountsWhenItIsRepeated() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    cluster.store.stuck = true;
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    assertThat(worker.link.sending().unacknowledged()).isNotZero();
    cluster.restart();
    recovered();
    assertThat(end(id).result()).isEqualTo(Bytes.of("49"));
  }

  @Test
  void aGrantWhoseRecordWasLostIsAdoptedByItsTasksId() {
    long id = cluster.submit(client, ANY);
    cluster.store.stuck = true;
    VirtualWorker worker = cluster.worker("w", 1, "any");
    Grant grant = worker.only();
    cluster.restart();
    assertThat(cluster.store.tasks.get(id).state()).isEqualTo(TaskState.QUEUED);
    recovered();
    assertThat(worker.only()).isEqualTo(grant);
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    worker.succeeds(grant, "49");
    cluster.settle();
    assertThat(end(id).tries()).isEqualTo(new Tries(1, 1, 0, 0));
    assertThat(end(id).lease().id()).isEqualTo(grant.lease());
  }

  @Test
  void aRetryWhoseRecordWasLostIsAdoptedFromItsBackoff() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
    cluster.record();
    cluster.store.stuck = true;
    cluster.pass(Duration.ofMillis(1_050));
    Grant second = worker.only();
    assertThat(second.attempt()).isEqualTo(2);
    cluster.restart();
    assertThat(cluster.store.tasks.get(id).state()).isEqualTo(TaskState.SCHEDULED);
    recovered();
    assertThat(worker.only()).isEqualTo(second);
    assertThat(cluster.view(id).attempt()).isEqualTo(2);
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void whatNobodyClaimsIsALossAndGoesToAnother() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    cluster.kill(worker);
    cluster.restart();
    VirtualWorker other = cluster.worker("other", 1, "any");
    cluster.pass(TIME_TO_CLAIM);
    assertThat(other.only().task()).isEqualTo(id);
    assertThat(other.only().attempt()).isEqualTo(2);
    assertThat(losses(id)).isOne();
    assertThat(cluster.store.tasks.get(id).history().event()).isEqualTo(HistoryEntry.Event.LOST);
    assertThat(cluster.store.tasks.get(id).history().reason())
        .isEqualTo("its worker did not come back when the dispatcher started again");
  }

  @Test
  void whatIsClaimedLateIsAdoptedIfNobodyElseHasIt() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    cluster.cutOff(worker);
    cluster.restart();
    cluster.pass(TIME_TO_CLAIM);
    assertThat(losses(id)).isOne();
    cluster.reconnect(worker);
    cluster.pass(Duration.ofSeconds(6));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(losses(id)).isZero();
    assertThat(worker.frames).hasSize(1);
  }

  @Test
  void whatMayRunOnceAndNobodyClaimsFailsWithItsWorker() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ONCE);
    cluster.kill(worker);
    cluster.restart();
    VirtualWorker other = cluster.worker("other", 1, "any");
    cluster.pass(TIME_TO_CLAIM);
    assertThat(end(id).state()).isEqualTo(TaskState.FAILED);
    assertThat(end(id).error().kind()).isEqualTo(ErrorKind.WORKER_LOST);
    assertThat(other.frames).isEmpty();
  }

  @Test
  void aWorkerThatDoesNotHoldTheLeaseProvesThatItNeverBegan() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.lose(FrameKind.GRANT);
    long id = cluster.submit(client, ONCE);
    cluster.restart();
    cluster.loseNothing();
    recovered();
    assertThat(end(id)).isNull();
    assertThat(worker.only().task()).isEqualTo(id);
    assertThat(worker.only().attempt()).isEqualTo(2);
    assertThat(losses(id)).isZero();
    assertThat(cluster.store.tasks.get(id).history().reason()).isEqualTo("its worker never got it");
  }

  @Test
  void aTaskInBackoffGoesOnWhenItsPauseIsOver() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY.withBackoff(Duration.ofSeconds(20)));
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
    cluster.pass(Duration.ofSeconds(5));
    cluster.restart();
    assertThat(cluster.view(id).waitingFor().code()).isEqualTo(WaitingFor.Code.BACKOFF);
    assertThat(cluster.view(id).error().kind()).isEqualTo(ErrorKind.HANDLER);
    cluster.pass(Duration.ofMillis(14_900));
    assertThat(worker.running).isEmpty();
    cluster.pass(Duration.ofMillis(200));
    assertThat(worker.only().attempt()).isEqualTo(2);
  }

  @Test
  void aDelayGoesOnWhereItWas() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY.withDelay(Duration.ofSeconds(20)));
    cluster.pass(Duration.ofSeconds(5));
    cluster.restart();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.SCHEDULED);
    assertThat(cluster.view(id).waitingFor().code()).isEqualTo(WaitingFor.Code.DELAY);
    cluster.pass(Duration.ofMillis(14_900));
    assertThat(worker.running).isEmpty();
    cluster.pass(Duration.ofMillis(200));
    assertThat(worker.only().task()).isEqualTo(id);
  }

  @Test
  void aDelayIsNoTimeOfWaitingAfterARestartEither() {
    long delayed = cluster.submit(client, ANY.withDelay(Duration.ofMinutes(10)));
    cluster.tick(Duration.ofMinutes(9));
    cluster.restart();
    recovered();
    long higher = cluster.submit(client, ANY.withPriority(9));
    cluster.pass(Duration.ofMinutes(1));
    VirtualWorker worker = cluster.worker("w", 1, "any");
    assertThat(worker.only().task()).isEqualTo(higher);
    assertThat(cluster.view(delayed).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void anExpiryCountsFromTheSubmissionOverRestarts() {
    long id = cluster.submit(client, ANY.withExpiresIn(Duration.ofSeconds(20)));
    cluster.pass(Duration.ofSeconds(5));
    cluster.restart();
    cluster.pass(Duration.ofMillis(14_900));
    assertThat(end(id)).isNull();
    cluster.pass(Duration.ofMillis(200));
    assertThat(end(id).error().kind()).isEqualTo(ErrorKind.EXPIRED);
  }

  @Test
  void whatExpiredInTheMeantimeEndsAtOnceAndIsNotAdopted() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY.withExpiresIn(Duration.ofSeconds(5)));
    cluster.stand(Duration.ofSeconds(6));
    cluster.restart();
    cluster.core.tick(cluster.now());
    recovered();
    assertThat(end(id).error().kind()).isEqualTo(ErrorKind.EXPIRED);
    assertThat(worker.running).isEmpty();
    assertThat(worker.cancels).extracting(Cancel::reason).containsExactly(CancelReason.LOST);
  }

  @Test
  void lossesCountOverRestarts() {
    long id = cluster.submit(client, ANY);
    for (int i = 0; i < 3; i++) {
      VirtualWorker worker = cluster.worker("w" + i, 1, "any");
      cluster.pass(TIME_TO_CLAIM);
      assertThat(worker.only().task()).isEqualTo(id);
      cluster.kill(worker);
      cluster.restart();
    }
    cluster.pass(TIME_TO_CLAIM);
    assertThat(end(id).error().kind()).isEqualTo(ErrorKind.POISON);
  }

  @Test
  void theLedgerIsAsBefore() {
    VirtualWorker worker = cluster.worker("w", 1, "any", "other");
    cluster.submit(client, ANY);
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    cluster.submit(client, ONCE);
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
    long cancelled = cluster.submit(client, ANY.withDelay(Duration.ofHours(1)));
    cluster.core.cancel(cancelled, cluster.now());
    cluster.submit(client, ANY.withDelay(Duration.ofHours(1)));
    cluster.submit(client, ANY);
    cluster.submit(client, ANY);
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(6, 1, 1, 1, 1, 1, 1));
    cluster.restart();
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(6, 1, 2, 0, 1, 1, 1));
    recovered();
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(6, 1, 1, 1, 1, 1, 1));
  }

  @Test
  void keysBelongToTheirTasksAsBefore() {
    TaskRequest keyed = ANY.withIdempotencyKey("k");
    long id = cluster.submit(client, keyed);
    cluster.restart();
    assertThat(cluster.core.submit(keyed, cluster.now())).isEqualTo(new Taken(id, true, null));
    TaskRequest other = TaskRequest.of("any", 2).withIdempotencyKey("k");
    assertThat(cluster.core.submit(other, cluster.now()).refusal().kind())
        .isEqualTo(Refusal.Kind.CONFLICT);
  }

  @Test
  void batchesAreAsBefore() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    TaskRequest line = ANY.withBatch(new BatchPlace("b", 1));
    long first = cluster.submit(client, line);
    cluster.submit(client, ANY.withBatch(new BatchPlace("b", 2)));
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    cluster.restart();
    BatchView batch = cluster.core.batch("b");
    assertThat(batch.live()).isTrue();
    assertThat(batch.ledger()).isEqualTo(new Ledger(2, 0, 1, 0, 1, 0, 0));
    assertThat(cluster.core.submit(line, cluster.now()).id()).isEqualTo(first);
    recovered();
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    cluster.pass(Duration.ofMillis(50));
    assertThat(cluster.core.batch("b").live()).isFalse();
    assertThat(cluster.store.endedBatches).containsExactly("b");
  }

  @Test
  void whatWasSetForTypesIsAsBefore() {
    cluster.core.set("any", true, 7, cluster.now());
    cluster.core.set("other", true, 0, cluster.now());
    cluster.core.set("other", false, 0, cluster.now());
    cluster.settle();
    TypeSettings before = cluster.store.types.get("any");
    cluster.restart();
    assertThat(cluster.core.types(cluster.now()))
        .extracting(TypeView::settings)
        .containsExactly(before);
  }

  @Test
  void idsGoOnAscendingThoughTheClockWasSetBack() {
    long before = cluster.submit(client, ANY);
    cluster.wallError = Duration.ofDays(-1);
    cluster.restart();
    assertThat(cluster.core.submit(ANY, cluster.now()).id()).isGreaterThan(before);
  }

  @Test
  void aTaskThatIsCancelledWhileItRecoversIsNotAdopted() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    cluster.restart();
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    recovered();
    assertThat(end(id).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(worker.running).isEmpty();
  }

  @Test
  void whatNeverBeganKeepsItsPlaceBeforeTheYounger() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.lose(FrameKind.GRANT);
    long first = cluster.submit(client, ANY);
    cluster.loseNothing();
    long second = cluster.submit(client, ANY);
    cluster.restart();
    recovered();
    assertThat(worker.only().task()).isEqualTo(first);
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertThat(worker.only().task()).isEqualTo(second);
  }

  @Test
  void aSuspectThatGoesOnIsStillAlone() {
    long suspect = cluster.submit(client, ANY);
    for (int death = 1; death <= 2; death++) {
      cluster.kill(cluster.worker("w" + death, 1, "any"));
      cluster.pass(Duration.ofMillis(3_100));
    }
    VirtualWorker worker = cluster.worker("w", 5, "any");
    cluster.restart();
    recovered();
    long other = cluster.submit(client, ANY);
    assertThat(worker.only().task()).isEqualTo(suspect);
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertThat(worker.only().task()).isEqualTo(other);
  }
}
