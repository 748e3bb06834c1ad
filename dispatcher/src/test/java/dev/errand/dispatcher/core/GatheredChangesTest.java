package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GatheredChangesTest {

  private static final TaskRequest SQUARE = TaskRequest.of("square", 7);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();
  private final VirtualWorker worker = cluster.worker("w", 2, "square");

  private TaskState recorded(long id) {
    return cluster.store.tasks.get(id).state();
  }

  @Test
  void aGrantIsRecordedWithTheNextTick() {
    long id = cluster.submit(client, SQUARE);
    assertThat(worker.only().task()).isEqualTo(id);
    assertThat(recorded(id)).isEqualTo(TaskState.QUEUED);
    cluster.pass(Duration.ofMillis(50));
    assertThat(recorded(id)).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void orWithTheNextChangeForWhichSomebodyWaits() {
    long first = cluster.submit(client, SQUARE);
    long second = cluster.submit(client, SQUARE);
    assertThat(recorded(first)).isEqualTo(TaskState.RUNNING);
    assertThat(recorded(second)).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void orWhenSomebodyAsks() {
    long id = cluster.submit(client, SQUARE);
    cluster.record();
    assertThat(recorded(id)).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void aGrantThatMayNotBeRepeatedIsRecordedAtOnce() {
    long id = cluster.submit(client, SQUARE.withMaxAttempts(1));
    assertThat(recorded(id)).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void aFailureThatIsTriedAgainIsAcknowledgedWhenItIsRecorded() {
    long id = cluster.submit(client, SQUARE);
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
    assertThat(recorded(id)).isEqualTo(TaskState.QUEUED);
    assertThat(worker.link.sending().unacknowledged()).isOne();
    cluster.pass(Duration.ofMillis(100));
    assertThat(recorded(id)).isEqualTo(TaskState.SCHEDULED);
    assertThat(worker.link.sending().unacknowledged()).isZero();
  }

  @Test
  void anAnswerDoesNotWait() {
    long id = cluster.submit(client, SQUARE.withIdempotencyKey("k"));
    cluster.pass(Duration.ofMillis(100));
    assertThat(cluster.submit(client, SQUARE.withIdempotencyKey("k"))).isEqualTo(id);
  }
}
