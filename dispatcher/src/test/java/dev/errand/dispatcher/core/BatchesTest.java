package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tasks that are submitted and counted together. */
class BatchesTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private long line(String batch, long line) {
    return cluster.submit(client, ANY.withBatch(new BatchPlace(batch, line)));
  }

  private Ledger ledger() {
    return cluster.core.batch("b").ledger();
  }

  private void succeed(VirtualWorker worker) {
    worker.succeeds(worker.only(), "1");
    cluster.settle();
  }

  @Test
  void aBatchOfWhichNothingIsKeptIsNone() {
    assertThat(cluster.core.batch("b")).isNull();
    cluster.submit(client, ANY);
    assertThat(cluster.core.batch("b")).isNull();
  }

  @Test
  void itsTasksAreCountedByTheirStates() {
    line("b", 1);
    line("other", 1);
    cluster.submit(client, ANY.withBatch(new BatchPlace("b", 2)).withDelay(Duration.ofHours(1)));
    assertThat(ledger()).isEqualTo(new Ledger(2, 1, 1, 0, 0, 0, 0));
    VirtualWorker worker = cluster.worker("w", 1, "any");
    assertThat(ledger()).isEqualTo(new Ledger(2, 1, 0, 1, 0, 0, 0));
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
    assertThat(ledger()).isEqualTo(new Ledger(2, 2, 0, 0, 0, 0, 0));
    succeed(worker);
    cluster.pass(Duration.ofSeconds(2));
    worker.fails(worker.only(), ErrorKind.REJECTED);
    cluster.settle();
    assertThat(ledger()).isEqualTo(new Ledger(2, 1, 0, 0, 0, 1, 0));
    assertThat(cluster.core.batch("other").ledger()).isEqualTo(new Ledger(1, 0, 0, 0, 1, 0, 0));
  }

  @Test
  void aLineThatIsSentAgainIsTheSameTaskWhateverItHolds() {
    long first = line("b", 1);
    long second = line("b", 2);
    assertThat(line("b", 1)).isEqualTo(first);
    TaskRequest other = TaskRequest.of("any", 2).withBatch(new BatchPlace("b", 2));
    assertThat(cluster.submit(client, other)).isEqualTo(second);
    assertThat(line("other", 1)).isNotIn(first, second);
    assertThat(ledger().submitted()).isEqualTo(2);
  }

  @Test
  void aLineThatIsSentAgainAfterItsEndIsTheSameTask() {
    long first = line("b", 1);
    succeed(cluster.worker("w", 1, "any"));
    assertThat(line("b", 1)).isEqualTo(first);
    assertThat(ledger()).isEqualTo(new Ledger(1, 0, 0, 0, 1, 0, 0));
  }

  @Test
  void tasksWithoutALineAreEachTheirOwn() {
    assertThat(line("b", 0)).isNotEqualTo(line("b", 0));
    assertThat(ledger().submitted()).isEqualTo(2);
  }

  @Test
  void itIsLiveUntilTheLastHasEnded() {
    line("b", 1);
    line("b", 2);
    VirtualWorker worker = cluster.worker("w", 1, "any");
    succeed(worker);
    assertThat(cluster.core.batch("b").live()).isTrue();
    assertThat(cluster.store.endedBatches).isEmpty();
    succeed(worker);
    cluster.pass(Duration.ofMillis(50));
    assertThat(cluster.core.batch("b").live()).isFalse();
    assertThat(cluster.store.endedBatches).containsExactly("b");
  }

  @Test
  void itEndsAgainWhenMoreCameOrOneIsTriedAgain() {
    long first = line("b", 1);
    VirtualWorker worker = cluster.worker("w", 1, "any");
    succeed(worker);
    line("b", 2);
    assertThat(cluster.core.batch("b").live()).isTrue();
    succeed(worker);
    assertThat(cluster.core.retry(cluster.store.ended.get(first), cluster.now())).isNull();
    cluster.settle();
    assertThat(cluster.core.batch("b").live()).isTrue();
    assertThat(ledger()).isEqualTo(new Ledger(2, 0, 0, 1, 1, 0, 0));
    succeed(worker);
    cluster.pass(Duration.ofMillis(50));
    assertThat(cluster.store.endedBatches).containsExactly("b", "b", "b");
  }

  @Test
  void itIsCancelledAsAWhole() {
    long running = line("b", 1);
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long queued = line("b", 2);
    long delayed =
        cluster.submit(
            client, ANY.withBatch(new BatchPlace("b", 3)).withDelay(Duration.ofHours(1)));
    long other = line("other", 1);
    assertThat(cluster.core.cancelBatch("b", cluster.now())).isEqualTo(3);
    cluster.settle();
    for (long id : new long[] {running, queued, delayed}) {
      assertThat(client.done(id).state()).isEqualTo(TaskState.CANCELLED);
    }
    assertThat(ledger()).isEqualTo(new Ledger(3, 0, 0, 0, 0, 0, 3));
    assertThat(worker.only().task()).isEqualTo(other);
    assertThat(cluster.core.cancelBatch("b", cluster.now())).isZero();
  }

  @Test
  void itIsForgottenWithTheLastOfItsTasks() {
    long first = line("b", 1);
    long second = line("b", 2);
    VirtualWorker worker = cluster.worker("w", 1, "any");
    succeed(worker);
    succeed(worker);
    cluster.core.forgotten(cluster.store.ended.get(first));
    assertThat(cluster.core.batch("b")).isNotNull();
    cluster.core.forgotten(cluster.store.ended.get(second));
    assertThat(cluster.core.batch("b")).isNull();
    assertThat(line("b", 1)).isGreaterThan(second);
  }

  @Test
  void aLineThatIsForgottenIsMissingAndCanBeAddedAgain() {
    long first = line("b", 1);
    VirtualWorker worker = cluster.worker("w", 1, "any");
    succeed(worker);
    line("b", 2);
    cluster.core.forgotten(cluster.store.ended.get(first));
    assertThat(line("b", 1)).isGreaterThan(first);
  }
}
