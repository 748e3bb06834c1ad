package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.Accepted;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The same key and body is the same task, for as long as that is kept. */
class KeysTest {

  private static final TaskRequest ANY =
      TaskRequest.ofJson("any", Bytes.of("{\"a\":1}")).withIdempotencyKey("k");

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();
  private final long id = cluster.submit(client, ANY);

  private Accepted again(TaskRequest request) {
    long number = client.submit(request);
    cluster.settle();
    return client.answer(number);
  }

  @Test
  void theSameBodyIsTheSameTask() {
    assertThat(client.answer(1)).isEqualTo(Accepted.taken(1, id, false));
    assertThat(again(ANY)).isEqualTo(Accepted.taken(2, id, true));
    assertThat(cluster.core.ledger().submitted()).isOne();
  }

  @Test
  void anotherClientsToo() {
    VirtualClient other = cluster.client();
    assertThat(cluster.submit(other, ANY)).isEqualTo(id);
  }

  @Test
  void anotherBodyIsAConflictThatNamesTheTask() {
    List<TaskRequest> others =
        List.of(
            TaskRequest.ofJson("other", ANY.payload()).withIdempotencyKey("k"),
            TaskRequest.ofJson("any", Bytes.of("{\"a\": 1}")).withIdempotencyKey("k"),
            ANY.withPriority(5),
            ANY.withMaxAttempts(2),
            ANY.withTimeout(Duration.ofSeconds(1)),
            ANY.withBackoff(Duration.ofSeconds(2)),
            ANY.withDelay(Duration.ofSeconds(1)),
            ANY.withExpiresIn(Duration.ofSeconds(1)),
            ANY.withRequire(Map.of("zone", "a")));
    assertThat(others)
        .allSatisfy(
            other ->
                assertThat(again(other).problem())
                    .isEqualTo(
                        "idempotencyKey 'k' belongs to task "
                            + TaskId.text(id)
                            + ", which asked for something else: use another key"));
    assertThat(cluster.core.ledger().submitted()).isOne();
  }

  @Test
  void aDefaultThatIsNamedIsTheSameAsOneThatIsNot() {
    assertThat(again(ANY.withMaxAttempts(3).withBackoff(Duration.ofSeconds(1))).id()).isEqualTo(id);
  }

  @Test
  void labelsAreTheSameInAnyOrder() {
    TaskRequest first = ANY.withIdempotencyKey("l").withRequire(Map.of("a", "1", "b", "2"));
    Map<String, String> turned = new LinkedHashMap<>();
    turned.put("b", "2");
    turned.put("a", "1");
    assertThat(again(first).id()).isEqualTo(again(first.withRequire(turned)).id()).isNotZero();
  }

  @Test
  void anotherKeyIsAnotherTask() {
    assertThat(again(ANY.withIdempotencyKey("l")).id()).isNotEqualTo(id);
    assertThat(again(ANY.withIdempotencyKey(null)).id()).isNotEqualTo(id);
    assertThat(cluster.core.ledger().submitted()).isEqualTo(3);
  }

  @Test
  void theKeyIsKeptWithTheEndedTaskAndNoLonger() {
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
    assertThat(again(ANY).id()).isEqualTo(id);
    cluster.core.forgotten(cluster.store.ended.get(id));
    long next = again(ANY.withPriority(9)).id();
    assertThat(next).isGreaterThan(id);
    cluster.core.forgotten(cluster.store.ended.get(id));
    assertThat(again(ANY.withPriority(9)).id()).as("the next one's key is its own").isEqualTo(next);
  }

  @Test
  void aTaskThatIsTriedAgainKeepsItsKeyWhenItsForgettingIsToldLate() {
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
    StoredTask ended = cluster.store.ended.get(id);
    assertThat(cluster.core.retry(ended, cluster.now())).isNull();
    cluster.settle();
    cluster.core.forgotten(ended);
    assertThat(again(ANY).id()).isEqualTo(id);
  }

  @Test
  void twoOfOneTurnAreOneTask() {
    TaskRequest twin = ANY.withIdempotencyKey("twin");
    long first = client.submit(twin);
    long second = client.submit(twin);
    cluster.settle();
    assertThat(client.answer(first).id()).isEqualTo(client.answer(second).id());
  }

  @Test
  void aRefusedSubmissionTakesNoKey() {
    TaskRequest bad =
        TaskRequest.ofJson("any", VirtualCluster.BAD_PAYLOAD).withIdempotencyKey("bad");
    assertThat(again(bad).problem()).isNotNull();
    assertThat(again(ANY.withIdempotencyKey("bad")).problem()).isNull();
  }

  @Test
  void aFullQueueStillKnowsItsTasks() {
    for (int i = 0; i < 1_000; i++) {
      client.submit(TaskRequest.of("any", 1));
    }
    cluster.settle();
    assertThat(again(ANY.withIdempotencyKey("new")).problem()).startsWith("the queue is full");
    assertThat(again(ANY).id()).isEqualTo(id);
  }
}
