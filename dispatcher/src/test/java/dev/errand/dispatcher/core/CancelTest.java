package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Cancel;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Grant;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Cancelling ends a task at once; its handler is told, and keeps its slot until it has ended. */
class CancelTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private void cancel(long id) {
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
  }

  private void assertCancelled(long id) {
    assertThat(client.done(id).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(client.done(id).error()).isNull();
    assertThat(cluster.view(id)).isNull();
    assertThat(cluster.store.ended.get(id).history().event())
        .isEqualTo(HistoryEntry.Event.CANCELLED);
  }

  private int zombies() {
    return cluster.core.types(cluster.now()).stream().mapToInt(TypeView::zombies).sum();
  }

  /** A worker of one slot whose only handler goes on although its task is cancelled. */
  private VirtualWorker haunted() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    worker.stubborn = true;
    cancel(cluster.submit(client, ANY));
    assertThat(zombies()).isOne();
    return worker;
  }

  @Test
  void aScheduledTaskIsCancelledAndNeverStarts() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY.withDelay(Duration.ofSeconds(1)));
    cancel(id);
    assertCancelled(id);
    cluster.pass(Duration.ofSeconds(3));
    assertThat(worker.frames).isEmpty();
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(1, 0, 0, 0, 0, 0, 1));
  }

  @Test
  void aQueuedTaskIsCancelledAndTheOthersGoOn() {
    long first = cluster.submit(client, ANY);
    long second = cluster.submit(client, ANY);
    long third = cluster.submit(client, ANY);
    cancel(second);
    assertCancelled(second);
    VirtualWorker worker = cluster.worker("w", 3, "any");
    assertThat(worker.all()).extracting(Grant::task).containsExactly(first, third);
  }

  @Test
  void aTaskInBackoffIsCancelledAndNotTriedAgain() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
    cancel(id);
    assertCancelled(id);
    cluster.pass(Duration.ofSeconds(3));
    assertThat(worker.frames).hasSize(1);
  }

  @Test
  void aRunningTaskIsCancelledAndItsHandlerToldToStop() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    Grant grant = worker.only();
    cancel(id);
    assertCancelled(id);
    assertThat(worker.cancels).containsExactly(new Cancel(grant.lease(), CancelReason.CANCELLED));
    assertThat(zombies()).isZero();
  }

  @Test
  void whatHasJustEndedIsAConflict() {
    cluster.store.slow = false;
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    cluster.store.slow = true;
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    Refusal refusal = cluster.core.cancel(id, cluster.now());
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.CONFLICT);
    assertThat(refusal.message()).endsWith("has just ended");
    cluster.store.record(1);
    cluster.settle();
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void whatIsCancelledTwiceIsAConflict() {
    long id = cluster.submit(client, ANY);
    cluster.store.slow = true;
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    assertThat(cluster.core.cancel(id, cluster.now()).kind()).isEqualTo(Refusal.Kind.CONFLICT);
    cluster.settle();
    cluster.store.record(1);
    cluster.settle();
    assertCancelled(id);
  }

  @Test
  void whatNeverWasOrEndedLongAgoIsUnknownToTheCore() {
    assertThat(cluster.core.cancel(77, cluster.now()).kind()).isEqualTo(Refusal.Kind.UNKNOWN);
    long id = cluster.submit(client, ANY);
    cancel(id);
    assertThat(cluster.core.cancel(id, cluster.now()).kind()).isEqualTo(Refusal.Kind.UNKNOWN);
  }

  @Test
  void aTaskWhoseSubmissionIsNotDurableIsUnknown() {
    cluster.store.slow = true;
    Taken taken = cluster.core.submit(ANY, cluster.now());
    assertThat(cluster.core.cancel(taken.id(), cluster.now()).kind())
        .isEqualTo(Refusal.Kind.UNKNOWN);
  }

  @Test
  void aCancellationIsTellableOnlyWhenItIsDurable() {
    long id = cluster.submit(client, ANY);
    cluster.store.slow = true;
    cancel(id);
    assertThat(client.done(id)).isNull();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.QUEUED);
    assertThat(cluster.core.ledger().cancelled()).isZero();
    cluster.store.record(1);
    cluster.settle();
    assertCancelled(id);
  }

  @Test
  void anOutcomeThatComesLateChangesNothingAndFreesTheSlot() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    Grant grant = worker.only();
    worker.succeeds(grant, "1");
    cancel(id);
    assertCancelled(id);
    assertThat(client.dones).hasSize(1);
    assertThat(zombies()).isZero();
    cluster.submit(client, ANY);
    assertThat(worker.running).hasSize(1);
  }

  @Test
  void aFailureThatComesLateIsNotFollowedByAnotherAttempt() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    worker.stubborn = true;
    long id = cluster.submit(client, ANY);
    cancel(id);
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.pass(Duration.ofSeconds(5));
    assertCancelled(id);
    assertThat(worker.frames).hasSize(1);
    assertThat(zombies()).isZero();
  }

  @Test
  void aTimeoutThatIsReportedLateKeepsTheSlotUntilTheRelease() {
    VirtualWorker worker = haunted();
    Grant grant = worker.only();
    worker.fails(grant, ErrorKind.TIMEOUT);
    cluster.settle();
    assertThat(zombies()).isOne();
    worker.releases(grant, true);
    cluster.settle();
    assertThat(zombies()).isZero();
  }

  @Test
  void aZombieKeepsItsSlotUntilItsRelease() {
    VirtualWorker worker = haunted();
    Grant grant = worker.only();
    long next = cluster.submit(client, ANY);
    cluster.pass(Duration.ofSeconds(100));
    assertThat(cluster.view(next).state()).isEqualTo(TaskState.QUEUED);
    worker.releases(grant, true);
    cluster.settle();
    assertThat(worker.only().task()).isEqualTo(next);
    assertThat(zombies()).isZero();
  }

  @Test
  void aZombieIsGoneWithItsWorker() {
    VirtualWorker worker = haunted();
    cluster.kill(worker);
    cluster.pass(Duration.ofMillis(3_100));
    assertThat(zombies()).isZero();
  }

  @Test
  void aZombieIsGoneWhenItsWorkerSaysGoodbye() {
    cluster.leave(haunted());
    assertThat(zombies()).isZero();
  }

  @Test
  void aZombieKeepsItsShareOfTheTypesLimit() {
    assertThat(cluster.core.set("any", false, 1, cluster.now())).isNull();
    VirtualWorker worker = haunted();
    VirtualWorker other = cluster.worker("other", 1, "any");
    long next = cluster.submit(client, ANY);
    assertThat(cluster.view(next).waitingFor().message())
        .isEqualTo(
            "'any' may run 1 at once, and 0 run beside 1 that were told to stop and have not yet");
    worker.releases(worker.only(), true);
    cluster.settle();
    assertThat(worker.running.size() + other.running.size()).isOne();
  }

  @Test
  void theNumberOfCreditsIsAsBeforeWhenTheZombieIsGone() {
    VirtualWorker worker = haunted();
    worker.releases(worker.only(), true);
    cluster.settle();
    for (int i = 0; i < 3; i++) {
      cluster.submit(client, ANY);
      assertThat(worker.running).hasSize(1);
      worker.succeeds(worker.only(), "1");
      cluster.settle();
    }
  }

  @Test
  void aZombieGoesOnInItsWorkersNextSession() {
    VirtualWorker worker = haunted();
    worker.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofSeconds(1));
    assertThat(zombies()).isOne();
    assertThat(worker.running).hasSize(1);
    worker.releases(worker.only(), true);
    cluster.settle();
    assertThat(zombies()).isZero();
  }

  @Test
  void aCancelThatWasLostIsRepeatedInTheNextSession() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    Grant grant = worker.only();
    cluster.lose(FrameKind.CANCEL);
    cancel(id);
    cluster.loseNothing();
    worker.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofSeconds(1));
    assertThat(worker.cancels).containsExactly(new Cancel(grant.lease(), CancelReason.CANCELLED));
    assertThat(worker.running).isEmpty();
    assertThat(zombies()).isZero();
  }

  @Test
  void aTaskOfALostWorkerIsCancelledThereWhenItComesBack() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    cluster.cutOff(worker);
    cluster.pass(Duration.ofMillis(3_100));
    cancel(id);
    assertCancelled(id);
    cluster.reconnect(worker);
    cluster.pass(Duration.ofSeconds(4));
    assertThat(worker.cancels).hasSize(1);
    assertThat(worker.running).isEmpty();
    assertThat(client.dones).hasSize(1);
  }
}
