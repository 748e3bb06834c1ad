package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A task of one attempt: its grant is on disk before its worker hears of it. */
class AtMostOnceTest {

  private static final TaskRequest ONCE = TaskRequest.of("any", 1).withMaxAttempts(1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  /** A task that is leased, while the record of that is not durable. */
  private long leased() {
    long id = cluster.submit(client, ONCE);
    cluster.store.slow = true;
    return id;
  }

  private void record() {
    cluster.store.slow = false;
    cluster.store.record(cluster.store.waiting());
    cluster.settle();
  }

  private void assertOneCredit(VirtualWorker worker) {
    for (int i = 0; i < 3; i++) {
      cluster.submit(client, ONCE);
      assertThat(worker.running).hasSize(1);
      worker.succeeds(worker.only(), "1");
      cluster.settle();
    }
  }

  @Test
  void theGrantLeavesOnlyWhenItsRecordIsDurable() {
    long id = leased();
    VirtualWorker worker = cluster.worker("w", 1, "any");
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(worker.frames).isEmpty();
    cluster.pass(Duration.ofSeconds(1));
    assertThat(worker.frames).isEmpty();
    record();
    assertThat(worker.only().task()).isEqualTo(id);
    assertThat(cluster.store.tasks.get(id).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void othersDoNotWaitForThat() {
    cluster.submit(client, ONCE);
    long other = cluster.submit(client, TaskRequest.of("any", 1));
    cluster.store.slow = true;
    VirtualWorker worker = cluster.worker("w", 2, "any");
    assertThat(worker.only().task()).isEqualTo(other);
  }

  @Test
  void whatIsCancelledBeforeItWasSentIsNotSentAndLeaksNoCredit() {
    long id = leased();
    VirtualWorker worker = cluster.worker("w", 1, "any");
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
    record();
    assertThat(client.done(id).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(worker.frames).isEmpty();
    assertThat(worker.cancels).isEmpty();
    assertOneCredit(worker);
  }

  @Test
  void whatWasNotSentYetWaitsAgainInItsWorkersNextSession() {
    long id = leased();
    VirtualWorker worker = cluster.worker("w", 1, "any");
    worker.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofSeconds(1));
    record();
    assertThat(worker.only().task()).isEqualTo(id);
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
    assertOneCredit(worker);
  }

  @Test
  void whatWasNotSentYetGoesOnElsewhereWhenItsWorkerIsLost() {
    long id = leased();
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.kill(worker);
    cluster.pass(Duration.ofMillis(3_100));
    record();
    assertThat(client.done(id)).isNull();
    VirtualWorker other = cluster.worker("other", 1, "any");
    assertThat(other.only().task()).isEqualTo(id);
    assertThat(cluster.store.tasks.get(id).tries().losses()).isZero();
  }

  @Test
  void whatWasNotSentYetGoesOnElsewhereWhenItsWorkerLeaves() {
    long id = leased();
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.leave(worker);
    record();
    assertThat(client.done(id)).isNull();
    VirtualWorker other = cluster.worker("other", 1, "any");
    assertThat(other.only().task()).isEqualTo(id);
  }

  @Test
  void itsWorkersLossIsItsEnd() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ONCE);
    cluster.kill(worker);
    VirtualWorker other = cluster.worker("other", 1, "any");
    cluster.pass(Duration.ofMillis(3_100));
    assertThat(client.done(id).state()).isEqualTo(TaskState.FAILED);
    assertThat(client.done(id).error().kind()).isEqualTo(ErrorKind.WORKER_LOST);
    assertThat(other.frames).isEmpty();
  }

  @Test
  void itsWorkersGoodbyeIsItsEnd() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ONCE);
    cluster.leave(worker);
    assertThat(client.done(id).error().kind()).isEqualTo(ErrorKind.WORKER_LOST);
    assertThat(client.done(id).error().message())
        .isEqualTo("worker 'w' left; the task may run at most once");
  }

  @Test
  void itsFailureAndItsTimeoutAreItsEnd() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    for (ErrorKind kind : new ErrorKind[] {ErrorKind.HANDLER, ErrorKind.TIMEOUT}) {
      long id = cluster.submit(client, ONCE);
      var grant = worker.only();
      worker.fails(grant, kind);
      worker.releases(grant, true);
      cluster.settle();
      assertThat(client.done(id).error().kind()).isEqualTo(kind);
    }
  }

  @Test
  void whatIsGivenBackUnstartedGoesOn() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ONCE);
    worker.releases(worker.only(), false);
    cluster.settle();
    assertThat(worker.only().task()).isEqualTo(id);
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(client.done(id).attempt()).isEqualTo(2);
  }
}
