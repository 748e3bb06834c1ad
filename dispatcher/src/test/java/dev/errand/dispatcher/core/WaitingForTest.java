package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.WaitingFor;
import dev.errand.protocol.WaitingFor.Code;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every task that does not run says why, in words that a person can act on. */
class WaitingForTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private void assertWaits(long id, Code code, String message) {
    assertThat(cluster.view(id).waitingFor()).isEqualTo(new WaitingFor(code, message));
  }

  private void set(boolean paused, int limit) {
    assertThat(cluster.core.set("any", paused, limit, cluster.now())).isNull();
    cluster.settle();
  }

  @Test
  void noWorkerOffersTheType() {
    cluster.worker("w", 1, "other");
    assertWaits(cluster.submit(client, ANY), Code.NO_WORKER, "no worker offers 'any'");
  }

  @Test
  void whoDrainsOffersNothing() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    worker.drains();
    cluster.settle();
    assertWaits(cluster.submit(client, ANY), Code.NO_WORKER, "no worker offers 'any'");
  }

  @Test
  void noWorkerThatOffersItHasTheLabels() {
    cluster.worker("w", 1, "any");
    assertWaits(
        cluster.submit(client, ANY.withRequire(Map.of("zone", "a", "disk", "fast"))),
        Code.NO_WORKER,
        "no worker that offers 'any' has the labels disk: fast, zone: a");
  }

  @Test
  void everySlotIsBusy() {
    cluster.worker("w", 2, "any");
    cluster.submit(client, ANY);
    cluster.submit(client, ANY);
    assertWaits(
        cluster.submit(client, ANY), Code.SLOTS_BUSY, "every slot for 'any' is busy (2 run)");
  }

  @Test
  void whatIsAboutToStartWaitsForNothing() {
    cluster.worker("w", 1, "any");
    set(true, 0);
    long id = cluster.submit(client, ANY);
    assertWaits(id, Code.PAUSED, "'any' is paused");
    assertThat(cluster.core.set("any", false, 0, cluster.now())).isNull();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.QUEUED);
    assertThat(cluster.view(id).waitingFor()).isNull();
    cluster.settle();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void aSuspectWaitsForAWorkerToRunItAlone() {
    long id = cluster.submit(client, ANY);
    for (int i = 0; i < 2; i++) {
      cluster.kill(cluster.worker("w" + i, 1, "any"));
      cluster.pass(Duration.ofMillis(3_100));
    }
    cluster.submit(client, TaskRequest.of("other", 1));
    set(true, 0);
    VirtualWorker worker = cluster.worker("last", 2, "any", "other");
    assertThat(worker.running).hasSize(1);
    set(false, 0);
    assertWaits(
        id,
        Code.SLOTS_BUSY,
        "two workers were lost with it: it waits for one for 'any' to run it alone");
    assertWaits(
        cluster.submit(client, ANY),
        Code.SLOTS_BUSY,
        "every slot for 'any' is busy (0 run), or its worker is kept for a task that must run"
            + " alone");
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    assertWaits(
        cluster.submit(client, ANY),
        Code.SLOTS_BUSY,
        "every slot for 'any' is busy (1 run), or its worker is kept for a task that must run"
            + " alone");
  }

  @Test
  void itsTypeIsPausedWhateverElse() {
    long id = cluster.submit(client, ANY);
    set(true, 0);
    assertWaits(id, Code.PAUSED, "'any' is paused");
  }

  @Test
  void asManyRunAsMayRun() {
    set(false, 1);
    cluster.worker("w", 2, "any");
    cluster.submit(client, ANY);
    assertWaits(cluster.submit(client, ANY), Code.LIMIT, "'any' may run 1 at once, and 1 run");
  }

  @Test
  void asManyRunOrWereToldToStopAsMayRun() {
    set(false, 1);
    VirtualWorker worker = cluster.worker("w", 2, "any");
    worker.stubborn = true;
    long first = cluster.submit(client, ANY);
    assertThat(cluster.core.cancel(first, cluster.now())).isNull();
    cluster.settle();
    assertWaits(
        cluster.submit(client, ANY),
        Code.LIMIT,
        "'any' may run 1 at once, and 0 run beside 1 that were told to stop and have not yet");
  }

  @Test
  void itAskedToStartLater() {
    long id = cluster.submit(client, ANY.withDelay(Duration.ofSeconds(90)));
    cluster.pass(Duration.ofSeconds(30));
    assertWaits(id, Code.DELAY, "it starts in 1 min");
  }

  @Test
  void aLongWaitIsToldWithoutItsLastMillisecond() {
    long id = cluster.submit(client, ANY.withDelay(Duration.ofHours(24)));
    cluster.pass(Duration.ofMillis(50));
    assertWaits(id, Code.DELAY, "it starts in 24 h");
  }

  @Test
  void itsNextAttemptComesLater() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY.withBackoff(Duration.ofSeconds(10)));
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
    cluster.pass(Duration.ofSeconds(4));
    assertWaits(id, Code.BACKOFF, "attempt 2 starts in 6 s");
  }

  @Test
  void theDispatcherHasJustStartedAgain() {
    long id = cluster.submit(client, ANY);
    cluster.restart();
    assertWaits(
        id,
        Code.RECOVERING,
        "the dispatcher has just started again, and a worker may still run it");
    cluster.pass(Duration.ofMillis(3_100));
    assertWaits(id, Code.NO_WORKER, "no worker offers 'any'");
  }

  @Test
  void whatRunsWaitsForNothing() {
    cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(cluster.view(id).waitingFor()).isNull();
  }
}
