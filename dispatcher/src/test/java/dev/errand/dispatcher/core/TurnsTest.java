package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.Grant;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TurnsTest {

  private static final Duration TICK = Duration.ofMillis(50);
  private static final Ledger EMPTY = new Ledger(0, 0, 0, 0, 0, 0, 0);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();
  private final VirtualWorker worker = cluster.worker("w", 2, "square");

  @BeforeEach
  void slow() {
    cluster.store.slow = true;
  }

  private void record(int batches) {
    cluster.store.record(batches);
    cluster.settle();
  }

  /** The next task is submitted and durable. */
  private Grant granted(int number) {
    client.submit(TaskRequest.of("square", number));
    cluster.settle();
    record(1);
    return worker.only();
  }

  @Test
  void aSubmissionIsNeitherToldNorSeenNorGrantedBeforeItIsDurable() {
    long id = TaskId.next(0, cluster.now().wallMillis());
    client.submit(TaskRequest.of("square", 7));
    cluster.settle();
    cluster.pass(Duration.ofSeconds(10));
    assertThat(client.answers).isEmpty();
    assertThat(worker.running).isEmpty();
    assertThat(cluster.core.ledger()).isEqualTo(EMPTY);
    assertThat(cluster.view(id)).isNull();
    record(1);
    assertThat(client.answer(1).id()).isEqualTo(id);
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(worker.only().task()).isEqualTo(id);
  }

  @Test
  void anEndIsNeitherToldNorSeenNorAcknowledgedBeforeItIsDurable() {
    Grant grant = granted(7);
    worker.succeeds(grant, "49");
    cluster.pass(Duration.ofSeconds(10));
    assertThat(client.dones).isEmpty();
    assertThat(cluster.view(grant.task()).state()).isEqualTo(TaskState.RUNNING);
    assertThat(cluster.core.ledger().running()).isOne();
    assertThat(worker.link.sending().unacknowledged()).isOne();
    record(1);
    assertThat(client.done(grant.task()).result()).isEqualTo(Bytes.of("49"));
    assertThat(cluster.view(grant.task())).isNull();
    cluster.pass(TICK);
    assertThat(worker.link.sending().unacknowledged()).isZero();
  }

  @Test
  void aSlotIsFreeForTheNextTaskBeforeTheEndIsDurable() {
    Grant grant = granted(1);
    worker.succeeds(grant, "1");
    cluster.settle();
    client.submit(TaskRequest.of("square", 2));
    client.submit(TaskRequest.of("square", 3));
    cluster.settle();
    assertThat(worker.running).isEmpty();
    record(2);
    assertThat(worker.running).hasSize(2);
  }

  @Test
  void eachBatchOfChangesIsToldWhenItIsDurableAndNotTheOnesBehind() {
    for (int i = 1; i <= 3; i++) {
      client.submit(TaskRequest.of("square", i));
      cluster.settle();
    }
    assertThat(cluster.store.waiting()).isEqualTo(3);
    record(1);
    assertThat(client.answers).containsOnlyKeys(1L);
    assertThat(worker.running).hasSize(1);
    record(2);
    assertThat(client.answers).containsOnlyKeys(1L, 2L, 3L);
  }

  @Test
  void whatATurnBringsIsOneBatchOfChanges() {
    VirtualClient other = cluster.client();
    for (int i = 0; i < 100; i++) {
      client.submit(TaskRequest.of("square", i));
      other.submit(TaskRequest.of("square", i));
    }
    cluster.settle();
    assertThat(cluster.store.waiting()).isOne();
  }

  @Test
  void aRefusalDoesNotOvertakeTheAnswersBeforeIt() {
    client.submit(TaskRequest.of("square", 1));
    cluster.settle();
    client.submit(TaskRequest.ofJson("square", VirtualCluster.BAD_PAYLOAD));
    cluster.settle();
    assertThat(client.answers).isEmpty();
    record(2);
    assertThat(client.answers.values()).extracting(Accepted::number).containsExactly(1L, 2L);
  }

  @Test
  void whatEndedButIsNotDurableIsNotRunAgain() {
    Grant grant = granted(7);
    worker.succeeds(grant, "49");
    cluster.settle();
    cluster.kill(worker);
    cluster.core.nodeLeft(worker.nodeId, cluster.now());
    VirtualWorker other = cluster.worker("other", 1, "square");
    cluster.pass(Duration.ofMinutes(2));
    assertThat(other.running).isEmpty();
    record(1);
    assertThat(client.done(grant.task()).worker()).isEqualTo("w");
  }

  @Test
  void anOutcomeThatIsRepeatedInANewSessionIsAcknowledgedWithoutEffect() {
    Grant grant = granted(7);
    worker.succeeds(grant, "49");
    cluster.settle();
    worker.link.dispatcherLeft(cluster.now().nanos());
    cluster.pass(Duration.ofSeconds(1));
    record(cluster.store.waiting());
    cluster.pass(TICK);
    assertThat(worker.link.sending().unacknowledged()).isZero();
    assertThat(cluster.store.ended.get(grant.task()).tries().attempts()).isOne();
    assertThat(cluster.core.ledger()).isEqualTo(new Ledger(1, 0, 0, 0, 1, 0, 0));
  }

  @Test
  void aWatcherThatComesBeforeTheEndIsDurableIsTold() {
    Grant grant = granted(7);
    worker.fails(grant, ErrorKind.REJECTED);
    cluster.settle();
    VirtualClient other = cluster.client();
    other.watch(grant.task());
    cluster.settle();
    assertThat(other.dones).isEmpty();
    record(cluster.store.waiting());
    assertThat(other.done(grant.task()).state()).isEqualTo(TaskState.FAILED);
  }
}
