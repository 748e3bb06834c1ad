package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Progress;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.WaitingFor;
import dev.errand.protocol.frame.Done;
import dev.errand.protocol.frame.FrameKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TasksTest {

  private static final TaskRequest SQUARE = TaskRequest.of("square", 7);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private void fail(VirtualWorker worker) {
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
  }

  /** As it is recorded, in milliseconds. */
  private long pause(long id) {
    Task task = cluster.view(id);
    assertThat(task.state()).isEqualTo(TaskState.SCHEDULED);
    assertThat(task.waitingFor().code()).isEqualTo(WaitingFor.Code.BACKOFF);
    cluster.record();
    return cluster.store.tasks.get(id).due() - cluster.now().wallMillis();
  }

  @Test
  void aFailedAttemptIsFollowedByAnotherAfterAPause() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE);
    fail(worker);
    assertThat(cluster.view(id).error().message()).isEqualTo("it was handler");
    assertThat(cluster.view(id).waitingFor().message()).isEqualTo("attempt 2 starts in 1 s");
    cluster.pass(Duration.ofMillis(950));
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.SCHEDULED);
    cluster.pass(Duration.ofMillis(100));
    assertThat(worker.only().attempt()).isEqualTo(2);
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(client.done(id).error()).isNull();
    assertThat(client.done(id).attempt()).isEqualTo(2);
  }

  @Test
  void theMostThatAPauseLastsDoublesUpToFiveMinutes() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE.withMaxAttempts(70));
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 69; i++) {
      fail(worker);
      pauses.add(pause(id));
      cluster.tick(Duration.ofMinutes(5));
      cluster.pass(Duration.ofMillis(100));
    }
    assertThat(pauses.subList(0, 10))
        .containsExactly(
            1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 64_000L, 128_000L, 256_000L,
            300_000L);
    assertThat(pauses.subList(10, 69)).containsOnly(300_000L);
  }

  @Test
  void aPauseIsAnyShareOfTheMost() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    for (double share : new double[] {0.999, 0.5, 0.25, 0.01}) {
      cluster.chance.share = share;
      long id = cluster.submit(client, SQUARE.withBackoff(Duration.ofSeconds(8)));
      fail(worker);
      assertThat(pause(id)).isEqualTo((long) (8_000 * share));
      cluster.pass(Duration.ofSeconds(9));
      worker.succeeds(worker.only(), "1");
      cluster.settle();
    }
  }

  @Test
  void aPauseOfNothingEndsAtTheNextTick() {
    cluster.chance.share = 0;
    VirtualWorker worker = cluster.worker("w", 1, "square");
    cluster.submit(client, SQUARE);
    fail(worker);
    assertThat(worker.running).isEmpty();
    cluster.pass(Duration.ofMillis(50));
    assertThat(worker.only().attempt()).isEqualTo(2);
  }

  @Test
  void aPauseLongerThanFiveMinutesIsTakenAtItsWord() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE.withBackoff(Duration.ofHours(1)));
    fail(worker);
    assertThat(pause(id)).isEqualTo(3_600_000);
  }

  @Test
  void theLastFailureIsTheTasksEnd() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE.withMaxAttempts(2));
    fail(worker);
    cluster.pass(Duration.ofSeconds(2));
    worker.fails(worker.only(), ErrorKind.RESULT_TOO_LARGE);
    cluster.settle();
    Task end = client.done(id);
    assertThat(end.state()).isEqualTo(TaskState.FAILED);
    assertThat(end.error().kind()).isEqualTo(ErrorKind.RESULT_TOO_LARGE);
    assertThat(end.error().detail()).isEqualTo("at some line");
    assertThat(end.attempts()).isEqualTo(new Task.Attempts(2, 2, "w"));
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(1, 0, 0, 0, 0, 1, 0));
  }

  @Test
  void attemptsWithoutAWishAreTheDefaults() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE);
    for (int attempt = 1; attempt <= 3; attempt++) {
      assertThat(worker.only().attempt()).isEqualTo(attempt);
      fail(worker);
      cluster.pass(Duration.ofSeconds(5));
    }
    assertThat(client.done(id).state()).isEqualTo(TaskState.FAILED);
  }

  @Test
  void aRejectedTaskIsNotTriedAgain() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE);
    worker.fails(worker.only(), ErrorKind.REJECTED);
    cluster.settle();
    assertThat(client.done(id).error().kind()).isEqualTo(ErrorKind.REJECTED);
    assertThat(client.done(id).attempt()).isOne();
  }

  @Test
  void aRetriedTaskGoesBeforeThoseThatCameLater() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long first = cluster.submit(client, SQUARE);
    cluster.submit(client, SQUARE);
    cluster.submit(client, SQUARE);
    fail(worker);
    cluster.pass(Duration.ofSeconds(2));
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertThat(worker.only().task()).isEqualTo(first);
  }

  @Test
  void aTaskThatWaitsSaysWhy() {
    long id = cluster.submit(client, SQUARE);
    assertWaits(id, WaitingFor.Code.NO_WORKER, "no worker offers 'square'");
    VirtualWorker worker = cluster.worker("w", 1, "square");
    assertThat(cluster.view(id).waitingFor()).isNull();
    long second = cluster.submit(client, SQUARE);
    assertWaits(second, WaitingFor.Code.SLOTS_BUSY, "every slot for 'square' is busy (1 run)");
    worker.drains();
    cluster.settle();
    assertWaits(second, WaitingFor.Code.NO_WORKER, "no worker offers 'square'");
    fail(worker);
    cluster.pass(Duration.ofMillis(400));
    assertWaits(id, WaitingFor.Code.BACKOFF, "attempt 2 starts in 600 ms");
  }

  private void assertWaits(long id, WaitingFor.Code code, String message) {
    assertThat(cluster.view(id).waitingFor()).isEqualTo(new WaitingFor(code, message));
  }

  @Test
  void progressIsSeenUntilTheAttemptEnds() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE);
    Progress half = new Progress(0.5, "half");
    worker.progresses(worker.only(), half);
    cluster.pass(Duration.ofMillis(1_100));
    assertThat(cluster.view(id).progress()).isEqualTo(half);
    cluster.pass(Duration.ofSeconds(2));
    assertThat(cluster.view(id).progress()).isEqualTo(half);
    fail(worker);
    assertThat(cluster.view(id).progress()).isNull();
    cluster.pass(Duration.ofSeconds(2));
    assertThat(worker.only().attempt()).isEqualTo(2);
    assertThat(cluster.view(id).progress()).isNull();
  }

  @Test
  void everyoneWhoWatchesIsToldOnce() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE);
    List<VirtualClient> others = List.of(cluster.client(), cluster.client());
    for (VirtualClient other : others) {
      other.watch(id);
      other.watch(id);
    }
    client.watch(id);
    cluster.settle();
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    assertThat(client.dones).hasSize(1);
    assertThat(others).allSatisfy(other -> assertThat(other.dones).isEqualTo(client.dones));
  }

  @Test
  void whoWatchesATaskThatHasEndedIsToldAtOnce() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE);
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    VirtualClient other = cluster.client();
    other.watch(id);
    cluster.settle();
    assertThat(other.dones).isEqualTo(client.dones).hasSize(1);
  }

  @Test
  void whoWatchesATaskThatNeverWasIsToldSo() {
    client.watch(1234);
    cluster.settle();
    assertThat(client.dones).containsExactly(new Done(1234, null));
  }

  @Test
  void aDoneThatIsLostIsRepeated() {
    VirtualWorker worker = cluster.worker("w", 1, "square");
    long id = cluster.submit(client, SQUARE);
    cluster.lose(FrameKind.DONE);
    worker.succeeds(worker.only(), "49");
    cluster.settle();
    cluster.loseNothing();
    assertThat(client.dones).isEmpty();
    cluster.pass(Duration.ofMillis(2_100));
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
  }
}
