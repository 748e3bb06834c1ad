package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The longest wait of a type's tasks counts from when each of them could have run. */
class ViewsTest {

  private static final TaskRequest ANY =
      TaskRequest.of("any", 1).withTimeout(Duration.ofHours(2)).withBackoff(Duration.ofSeconds(10));

  /** Two steps of the clock, which timers and letters may be late by. */
  private static final long LATE = 100;

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private void assertOldestWaits(long seconds) {
    assertThat(cluster.core.types(cluster.now()).get(0).oldestMillis())
        .isBetween(seconds * 1_000 - LATE, seconds * 1_000 + LATE);
  }

  private void pass(int seconds) {
    cluster.pass(Duration.ofSeconds(seconds));
  }

  private void pause(boolean paused) {
    assertThat(cluster.core.set("any", paused, 0, cluster.now())).isNull();
    cluster.settle();
  }

  @Test
  void aNewTaskWaitsSinceItsSubmission() {
    cluster.submit(client, ANY);
    pass(7);
    cluster.submit(client, ANY);
    pass(3);
    assertOldestWaits(10);
  }

  @Test
  void aDelayIsNoWait() {
    cluster.submit(client, ANY.withDelay(Duration.ofSeconds(60)));
    pass(59);
    assertOldestWaits(0);
    pass(6);
    assertOldestWaits(5);
    cluster.restart();
    pass(1);
    assertOldestWaits(6);
  }

  @Test
  void aPauseBetweenAttemptsIsNoWait() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.submit(client, ANY);
    pass(30);
    pause(true);
    worker.fails(worker.only(), ErrorKind.HANDLER);
    pass(9);
    assertOldestWaits(0);
    pass(5);
    assertOldestWaits(4);
  }

  @Test
  void oneThatIsTriedAgainByHandWaitsSinceThen() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY);
    worker.fails(worker.only(), ErrorKind.REJECTED);
    pass(60);
    pause(true);
    assertThat(cluster.core.retry(cluster.store.ended.get(id), cluster.now())).isNull();
    cluster.settle();
    assertOldestWaits(0);
    pass(2);
    assertOldestWaits(2);
  }

  @Test
  void oneThatComesBackFromItsWorkerWaitsSinceThen() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.submit(client, ANY);
    pass(60);
    pause(true);
    worker.releases(worker.only(), true);
    pass(4);
    assertOldestWaits(4);
    cluster.restart();
    pass(1);
    assertOldestWaits(5);
  }

  @Test
  void whoeverComesBackHidesNobodyWhoWaitsForLonger() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.submit(client, ANY);
    cluster.submit(client, ANY);
    pass(10);
    cluster.submit(client, ANY);
    pause(true);
    worker.releases(worker.only(), true);
    pass(5);
    assertOldestWaits(15);
  }

  @Test
  void whenTheOneThatWaitedLongestHasGoneTheNextOneCounts() {
    long first = cluster.submit(client, ANY);
    pass(10);
    long second = cluster.submit(client, ANY.withPriority(5));
    pass(10);
    cluster.submit(client, ANY);
    pass(1);
    assertOldestWaits(21);
    cluster.core.cancel(first, cluster.now());
    cluster.settle();
    assertOldestWaits(11);
    cluster.core.cancel(second, cluster.now());
    cluster.settle();
    assertOldestWaits(1);
  }

  @Test
  void whatRanBeforeARestartIsNotKnownToHaveWaited() {
    cluster.worker("w", 1, "any");
    cluster.submit(client, ANY);
    pass(60);
    cluster.restart();
    pass(1);
    assertOldestWaits(1);
  }

  @Test
  void whatWaitedBehindItDoesStill() {
    cluster.worker("w", 1, "any");
    cluster.submit(client, ANY);
    cluster.submit(client, ANY);
    pass(60);
    cluster.restart();
    assertOldestWaits(60);
  }

  @Test
  void aDelayThatIsOverWhileTheDispatcherRecoversHidesNobody() {
    long first = cluster.submit(client, ANY);
    pass(1);
    long delayed = cluster.submit(client, ANY.withDelay(Duration.ofSeconds(4)));
    pass(59);
    cluster.submit(client, ANY);
    pass(1);
    cluster.restart();
    pass(60);
    cluster.core.cancel(first, cluster.now());
    cluster.settle();
    assertOldestWaits(116);
    cluster.core.cancel(delayed, cluster.now());
    cluster.settle();
    assertOldestWaits(61);
  }
}
