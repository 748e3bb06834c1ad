package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Outcome;
import dev.errand.protocol.frame.Pool;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeasesTest {

  private static final TaskRequest SQUARE = TaskRequest.of("square", 7);
  private static final TaskRequest ONCE = SQUARE.withMaxAttempts(1);
  private static final TaskRequest BRIEF = SQUARE.withTimeout(Duration.ofSeconds(10));

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();
  private final VirtualWorker worker = cluster.worker("w", 3, "square");

  /** The worker is not heard until the dispatcher gives it up. */
  private void lose() {
    cluster.cutOff(worker);
    cluster.pass(Duration.ofMillis(3_100));
    assertThat(cluster.core.workers(cluster.now()))
        .extracting(WorkerView::name)
        .doesNotContain("w");
  }

  /** The worker is back, in a new session. */
  private void comeBack() {
    cluster.reconnect(worker);
    cluster.pass(Duration.ofSeconds(4));
    assertThat(cluster.core.workers(cluster.now())).extracting(WorkerView::name).contains("w");
  }

  /** Link and session break; nobody is silent for long. */
  private void startAnew() {
    worker.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofMillis(1_000));
    assertThat(worker.link.session()).isNotNull();
  }

  @Test
  void theTasksTimeoutGoesBeforeTheHandlersAndThatBeforeTheDefault() {
    VirtualWorker other =
        cluster.worker(
            "other",
            new Credit(2, 2),
            List.of(
                new Offer("patient", Pool.EVENT_LOOP, 90_000),
                new Offer("plain", Pool.BLOCKING, 0)));
    client.submit(TaskRequest.of("patient", 1).withTimeout(Duration.ofMillis(1)));
    client.submit(TaskRequest.of("patient", 1));
    client.submit(TaskRequest.of("plain", 1));
    cluster.settle();
    assertThat(other.all())
        .extracting(Grant::timeoutMillis)
        .containsExactlyInAnyOrder(1L, 90_000L, 60_000L);
  }

  @Test
  void aTimeoutThatTheWorkerReportsIsAFailedAttempt() {
    long id = cluster.submit(client, BRIEF.withMaxAttempts(2));
    for (int attempt = 1; attempt <= 2; attempt++) {
      worker.fails(worker.only(), ErrorKind.TIMEOUT);
      cluster.pass(Duration.ofSeconds(2));
    }
    assertThat(client.done(id).error().kind()).isEqualTo(ErrorKind.TIMEOUT);
    assertThat(worker.cancels).isEmpty();
  }

  @Test
  void anOutcomeThatCameWhileTheDispatcherStoodStillStillCounts() {
    long id = cluster.submit(client, BRIEF.withMaxAttempts(1));
    Grant grant = worker.only();
    cluster.tick(Duration.ofSeconds(20));
    worker.succeeds(grant, "49");
    cluster.settle();
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void theDispatchersOwnDeadlineIsFiveSecondsBehindTheTimeout() {
    long id = cluster.submit(client, BRIEF);
    Grant grant = worker.only();
    cluster.pass(Duration.ofMillis(14_990));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    cluster.pass(Duration.ofMillis(50));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.SCHEDULED);
    assertThat(cluster.view(id).error().kind()).isEqualTo(ErrorKind.TIMEOUT);
    assertThat(cluster.view(id).error().message())
        .isEqualTo("no outcome from worker 'w' within 10 s");
    assertThat(worker.cancels).containsExactly(new Cancel(grant.lease(), CancelReason.TIMEOUT));
  }

  @Test
  void theWallClockHasNoSayInDeadlines() {
    long id = cluster.submit(client, BRIEF);
    cluster.wallError = Duration.ofDays(1);
    cluster.pass(Duration.ofSeconds(14));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    cluster.wallError = Duration.ofDays(-1);
    cluster.pass(Duration.ofMillis(1_050));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.SCHEDULED);
    cluster.pass(Duration.ofMillis(1_050));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void anOutcomeAfterTheDeadlineCountsNoMore() {
    long id = cluster.submit(client, BRIEF);
    Grant late = worker.only();
    cluster.lose(FrameKind.CANCEL);
    cluster.pass(Duration.ofMillis(15_050));
    worker.succeeds(late, "\"late\"");
    cluster.settle();
    cluster.pass(Duration.ofMillis(100));
    assertThat(client.dones).isEmpty();
    assertThat(worker.link.sending().unacknowledged()).isZero();
    cluster.loseNothing();
    cluster.pass(Duration.ofSeconds(2));
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    assertThat(client.done(id).result()).isEqualTo(Bytes.of("49"));
    assertThat(client.done(id).attempt()).isEqualTo(2);
  }

  @Test
  void anOutcomeOfAnotherTaskOrAnotherWorkerCountsNot() {
    VirtualWorker other = cluster.worker("other", 1, "cube");
    cluster.submit(client, SQUARE);
    Grant grant = worker.only();
    Bytes result = Bytes.of("49");
    worker.tells(new Outcome(grant.lease(), grant.task() + 1, 0, result, null));
    worker.tells(new Outcome(grant.lease() + 1, grant.task(), 0, result, null));
    other.tells(new Outcome(grant.lease(), grant.task(), 0, result, null));
    cluster.settle();
    assertThat(cluster.view(grant.task()).state()).isEqualTo(TaskState.RUNNING);
    worker.succeeds(grant, "49");
    cluster.settle();
    assertThat(client.done(grant.task()).worker()).isEqualTo("w");
  }

  @Test
  void aRepeatedOutcomeCountsOnce() {
    long id = cluster.submit(client, SQUARE);
    Grant grant = worker.only();
    worker.succeeds(grant, "49");
    worker.tells(new Outcome(grant.lease(), id, 0, Bytes.of("50"), null));
    cluster.settle();
    worker.fails(grant, ErrorKind.HANDLER);
    cluster.settle();
    assertThat(client.dones).hasSize(1);
    assertThat(client.done(id).result()).isEqualTo(Bytes.of("49"));
  }

  @Test
  void theTasksOfASilentWorkerGoToAnotherAtOnceAndHaveNotFailed() {
    long id = cluster.submit(client, SQUARE.withMaxAttempts(2));
    lose();
    assertThat(cluster.lostWorkers()).containsExactly("w");
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.QUEUED);
    assertThat(cluster.view(id).error()).isNull();
    for (int attempt = 2; attempt <= 5; attempt++) {
      VirtualWorker next = cluster.worker("w" + attempt, 1, "square");
      assertThat(next.only().attempt()).isEqualTo(attempt);
      cluster.leave(next);
    }
    VirtualWorker last = cluster.worker("last", 1, "square");
    last.fails(last.only(), ErrorKind.HANDLER);
    cluster.settle();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.SCHEDULED);
  }

  @Test
  void aWorkerThatSaysGoodbyeLeavesItsTasks() {
    long id = cluster.submit(client, SQUARE);
    cluster.leave(worker);
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.QUEUED);
    assertThat(cluster.lostWorkers()).isEmpty();
  }

  @Test
  void theTasksOfANodeThatLeftGoToAnotherAtOnce() {
    long id = cluster.submit(client, SQUARE);
    VirtualWorker other = cluster.worker("other", 1, "square");
    cluster.kill(worker);
    cluster.core.nodeLeft(worker.nodeId, cluster.now());
    cluster.settle();
    assertThat(cluster.lostWorkers()).containsExactly("w");
    assertThat(other.only().task()).isEqualTo(id);
  }

  @Test
  void theTasksOfALostWorkerKeepTheirOrder() {
    VirtualWorker large = cluster.worker("large", 40, "cube");
    for (int i = 0; i < 50; i++) {
      client.submit(TaskRequest.of("cube", i));
    }
    cluster.settle();
    cluster.leave(large);
    VirtualWorker next = cluster.worker("next", 50, "cube");
    assertThat(next.all()).extracting(Grant::task).hasSize(50).isSorted();
  }

  @Test
  void tasksThatAreGivenBackKeepTheirOrder() {
    for (int i = 0; i < 5; i++) {
      client.submit(SQUARE);
    }
    cluster.settle();
    worker.drains();
    worker.all().forEach(grant -> worker.releases(grant, true));
    cluster.settle();
    VirtualWorker next = cluster.worker("next", 5, "square");
    assertThat(next.all()).extracting(Grant::task).hasSize(5).isSorted();
  }

  @Test
  void aTaskThatMayRunOnceFailsWithItsWorker() {
    long id = cluster.submit(client, ONCE);
    lose();
    Task end = client.done(id);
    assertThat(end.state()).isEqualTo(TaskState.FAILED);
    assertThat(end.error().kind()).isEqualTo(ErrorKind.WORKER_LOST);
    assertThat(end.error().message())
        .isEqualTo("worker 'w' was silent for too long; the task may run at most once");
    comeBack();
    assertThat(worker.running).isEmpty();
    assertThat(worker.cancels).extracting(Cancel::reason).containsExactly(CancelReason.LOST);
  }

  @Test
  void aLateOutcomeCountsIfNobodyElseHasTheTask() {
    long id = cluster.submit(client, SQUARE);
    lose();
    worker.succeeds(worker.only(), "49");
    comeBack();
    assertThat(client.done(id).result()).isEqualTo(Bytes.of("49"));
    assertThat(client.done(id).attempt()).isOne();
    assertThat(worker.cancels).isEmpty();
    assertThat(worker.link.sending().unacknowledged()).isZero();
  }

  @Test
  void aLateOutcomeIsIgnoredIfSomebodyElseHasTheTask() {
    long id = cluster.submit(client, SQUARE);
    lose();
    VirtualWorker other = cluster.worker("other", 1, "square");
    worker.succeeds(worker.only(), "\"late\"");
    comeBack();
    assertThat(client.dones).isEmpty();
    assertThat(worker.link.sending().unacknowledged()).isZero();
    other.succeeds(other.only(), "49");
    cluster.settle();
    assertThat(client.done(id).worker()).isEqualTo("other");
    assertThat(client.done(id).result()).isEqualTo(Bytes.of("49"));
  }

  @Test
  void aLateOutcomeOfAnotherWorkerIsIgnored() {
    VirtualWorker other = cluster.worker("other", 1, "cube");
    long id = cluster.submit(client, SQUARE);
    Grant grant = worker.only();
    lose();
    other.tells(new Outcome(grant.lease(), id, 0, Bytes.of("50"), null));
    cluster.settle();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.QUEUED);
    comeBack();
    assertThat(worker.cancels).isEmpty();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void anOutcomeBehindItsReleaseIsDropped() {
    long id = cluster.submit(client, SQUARE);
    Grant grant = worker.only();
    worker.drains();
    worker.releases(grant, true);
    cluster.settle();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.QUEUED);
    worker.succeeds(grant, "50");
    cluster.settle();
    assertThat(client.done(id)).isNull();
    VirtualWorker other = cluster.worker("another", 1, "square");
    other.succeeds(other.only(), "49");
    cluster.settle();
    assertThat(client.done(id).result()).isEqualTo(Bytes.of("49"));
  }

  @Test
  void theOutcomeOfALeaseThatWentOnCountsOnce() {
    long id = cluster.submit(client, SQUARE);
    Grant grant = worker.only();
    lose();
    comeBack();
    cluster.store.slow = true;
    worker.succeeds(grant, "49");
    cluster.settle();
    startAnew();
    assertThat(cluster.core.types(cluster.now()).get(0).running()).isZero();
    cluster.store.record(cluster.store.waiting());
    cluster.settle();
    assertThat(client.done(id).result()).isEqualTo(Bytes.of("49"));
    assertThat(client.dones).hasSize(1);
  }

  @Test
  void aLateOutcomeIsIgnoredIfTheTaskHasEnded() {
    long id = cluster.submit(client, SQUARE);
    lose();
    VirtualWorker other = cluster.worker("other", 1, "square");
    other.succeeds(other.only(), "49");
    cluster.settle();
    worker.fails(worker.only(), ErrorKind.HANDLER);
    comeBack();
    assertThat(client.dones).hasSize(1);
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(worker.link.sending().unacknowledged()).isZero();
  }

  @Test
  void aLostLeaseGoesOnWhenItsWorkerIsBackAndNobodyElseHasTheTask() {
    long id = cluster.submit(client, BRIEF);
    Grant grant = worker.only();
    lose();
    comeBack();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(cluster.view(id).attempt()).isOne();
    assertThat(worker.frames).hasSize(1);
    worker.succeeds(grant, "49");
    cluster.settle();
    assertThat(client.done(id).attempt()).isOne();
  }

  @Test
  void aLeaseThatGoesOnHasItsDeadlineAnew() {
    long id = cluster.submit(client, BRIEF);
    lose();
    comeBack();
    cluster.pass(Duration.ofSeconds(10));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    cluster.pass(Duration.ofSeconds(5));
    assertThat(cluster.view(id).error().kind()).isEqualTo(ErrorKind.TIMEOUT);
  }

  @Test
  void aLeaseThatGoesOnLeavesTheOthersInTheQueue() {
    long first = cluster.submit(client, SQUARE);
    VirtualWorker other = cluster.worker("other", 1, "square");
    long second = cluster.submit(client, SQUARE);
    assertThat(other.only().task()).isEqualTo(second);
    lose();
    cluster.leave(other);
    comeBack();
    assertThat(worker.all()).extracting(Grant::task).containsExactly(first, second);
  }

  @Test
  void whatOthersHaveByNowIsCancelledAtTheWorkerThatIsBack() {
    cluster.submit(client, SQUARE);
    Grant grant = worker.only();
    lose();
    VirtualWorker other = cluster.worker("other", 1, "square");
    comeBack();
    assertThat(worker.cancels).containsExactly(new Cancel(grant.lease(), CancelReason.LOST));
    assertThat(other.only().attempt()).isEqualTo(2);
  }

  @Test
  void whatAWorkerHoldsGoesOnInItsNextSession() {
    long id = cluster.submit(client, ONCE);
    Grant grant = worker.only();
    startAnew();
    assertThat(worker.only()).isEqualTo(grant);
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    worker.succeeds(grant, "49");
    cluster.settle();
    assertThat(client.done(id).attempt()).isOne();
    assertThat(worker.cancels).isEmpty();
  }

  @Test
  void anOutcomeThatWasOnItsWayCountsInTheNextSession() {
    long id = cluster.submit(client, ONCE);
    cluster.lose(FrameKind.OUTCOMES);
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    cluster.loseNothing();
    startAnew();
    assertThat(client.done(id).result()).isEqualTo(Bytes.of("49"));
  }

  @Test
  void whatAWorkerNeverGotIsGrantedAgainInItsNextSession() {
    cluster.lose(FrameKind.GRANT);
    long first = cluster.submit(client, ONCE);
    long second = cluster.submit(client, ONCE);
    cluster.loseNothing();
    startAnew();
    assertThat(worker.all()).extracting(Grant::task).containsExactly(first, second);
    assertThat(worker.all()).extracting(Grant::attempt).containsOnly(2);
    assertThat(cluster.core.ledger().failed()).isZero();
  }

  @Test
  void theSlotsOfLeasesThatGoOnAreNotGrantedTwice() {
    for (int i = 0; i < 5; i++) {
      cluster.submit(client, SQUARE);
    }
    startAnew();
    assertThat(worker.running).hasSize(3);
    worker.succeeds(worker.all().get(0), "49");
    cluster.settle();
    assertThat(worker.running).hasSize(3);
  }

  @Test
  void aLeaseThatIsGivenBackBeforeItsStartCostsNothing() {
    long id = cluster.submit(client, ONCE);
    cluster.submit(client, SQUARE);
    worker.releases(worker.all().get(0), false);
    worker.drains();
    cluster.settle();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.QUEUED);
    VirtualWorker other = cluster.worker("other", 1, "square");
    assertThat(other.only().task()).isEqualTo(id);
    assertThat(other.only().attempt()).isEqualTo(2);
  }

  @Test
  void aLeaseThatIsGivenBackAfterItsStartGoesToAnother() {
    long id = cluster.submit(client, SQUARE.withMaxAttempts(2));
    worker.drains();
    worker.releases(worker.only(), true);
    cluster.settle();
    VirtualWorker other = cluster.worker("other", 1, "square");
    other.fails(other.only(), ErrorKind.HANDLER);
    cluster.settle();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.SCHEDULED);
  }

  @Test
  void aLeaseThatIsGivenBackAfterItsStartEndsATaskThatMayRunOnce() {
    long id = cluster.submit(client, ONCE);
    worker.releases(worker.only(), true);
    cluster.settle();
    assertThat(client.done(id).error().kind()).isEqualTo(ErrorKind.WORKER_LOST);
    assertThat(client.done(id).error().message())
        .isEqualTo("worker 'w' gave it back: no time; the task may run at most once");
    assertThat(worker.running).isEmpty();
  }

  @Test
  void givingBackALeaseTwiceDoesNothingMore() {
    cluster.submit(client, SQUARE);
    Grant grant = worker.only();
    worker.releases(grant, false);
    worker.releases(grant, true);
    cluster.settle();
    assertThat(worker.only().attempt()).isEqualTo(2);
    assertThat(cluster.core.types(cluster.now()).get(0).running()).isOne();
  }

  @Test
  void leaseIdsBelongToTheEpoch() {
    cluster.submit(client, SQUARE);
    assertThat(worker.only().lease() >> 41).isEqualTo(VirtualCluster.SETTINGS.epoch());
  }
}
