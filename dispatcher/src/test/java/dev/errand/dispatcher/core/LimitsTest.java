package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.Accepted;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What does not fit is refused, with the time after which it may. */
class LimitsTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);
  private static final int MOST = 1_000;

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private void fill() {
    for (int i = 0; i < MOST; i++) {
      client.submit(ANY);
    }
    cluster.settle();
    assertThat(cluster.core.ledger().submitted()).isEqualTo(MOST);
  }

  private Accepted submit(TaskRequest request) {
    long number = client.submit(request);
    cluster.settle();
    return client.answer(number);
  }

  private Refusal refused() {
    Refusal refusal = cluster.core.submit(ANY, cluster.now()).refusal();
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.LIMIT);
    return refusal;
  }

  @Test
  void oneMoreThanTheLimitIsRefused() {
    fill();
    Accepted answer = submit(ANY);
    assertThat(answer.id()).isZero();
    assertThat(answer.problem())
        .isEqualTo("the queue is full: limits.queued allows 1000 tasks; try again in 60 s");
    assertThat(answer.retryMillis()).isEqualTo(60_000);
    assertThat(cluster.core.ledger().submitted()).isEqualTo(MOST);
  }

  @Test
  void thereIsRoomAgainWhenOneHasEnded() {
    fill();
    VirtualWorker worker = cluster.worker("w", 1, "any");
    assertThat(submit(ANY).problem()).isNotNull();
    worker.succeeds(worker.only(), "1");
    cluster.settle();
    assertThat(submit(ANY).problem()).isNull();
    assertThat(submit(ANY).problem()).isNotNull();
  }

  @Test
  void whatRunsAndWhatIsScheduledTakesRoomToo() {
    cluster.worker("w", 50, "any");
    for (int i = 0; i < MOST; i++) {
      client.submit(i < 100 ? ANY : ANY.withDelay(Duration.ofHours(1)));
    }
    cluster.settle();
    refused();
  }

  private DispatcherCore core(long queuedBytes) {
    CoreSettings settings =
        new CoreSettings(
            1,
            1,
            1,
            new CoreSettings.Limits(1_000, 1_000, 1_000, queuedBytes),
            new CoreSettings.Defaults(60_000, 3, 1_000),
            CoreSettings.Timings.USUAL);
    return new DispatcherCore(
        settings, payload -> null, cluster.chance, (node, peer, frame) -> {}, cluster.now());
  }

  @Test
  void oneTypeMoreThanThereMayBeIsRefused() {
    CoreSettings settings =
        new CoreSettings(
            1,
            1,
            1,
            new CoreSettings.Limits(1_000, 1_000, 100_000, 1 << 30),
            new CoreSettings.Defaults(60_000, 3, 1_000),
            CoreSettings.Timings.USUAL);
    DispatcherCore core =
        new DispatcherCore(
            settings, payload -> null, cluster.chance, (node, peer, frame) -> {}, cluster.now());
    for (int i = 0; i < Intake.MOST_TYPES; i++) {
      assertThat(core.submit(TaskRequest.of("type-" + i, 1), cluster.now()).refusal()).isNull();
    }
    TaskRequest other = TaskRequest.of("other", 1);
    assertThat(core.submit(other, cluster.now()).refusal().kind()).isEqualTo(Refusal.Kind.LIMIT);
    assertThat(core.submit(TaskRequest.of("type-7", 2), cluster.now()).refusal()).isNull();
    List<TaskRequest> both = List.of(TaskRequest.of("type-7", 3), other);
    assertThat(core.submitAll(both, cluster.now()).get(0).refusal().kind())
        .isEqualTo(Refusal.Kind.LIMIT);
  }

  @Test
  void bytesAreLimitedToo() {
    DispatcherCore core = core(10_000);
    TaskRequest large = TaskRequest.ofJson("any", Bytes.of("1".repeat(900)));
    int taken = 0;
    Refusal refusal = null;
    while (refusal == null) {
      refusal = core.submit(large, cluster.now()).refusal();
      taken += refusal == null ? 1 : 0;
    }
    assertThat(taken).isEqualTo(10_000 / (900 + Tasks.OVERHEAD_BYTES));
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.LIMIT);
    assertThat(refusal.message())
        .startsWith("the queue is full: limits.queuedBytes allows 10000 bytes; try again in ");
    assertThat(refusal.retryMillis()).isBetween(1_000L, 60_000L);
    assertThat(core.submit(ANY, cluster.now()).refusal()).as("a small one fits").isNull();
  }

  @Test
  void whatAloneIsMoreThanAllBytesNeedsNotComeBack() {
    DispatcherCore core = core(900 + Tasks.OVERHEAD_BYTES);
    TaskRequest fits = TaskRequest.ofJson("any", Bytes.of("1".repeat(900)));
    TaskRequest never = TaskRequest.ofJson("any", Bytes.of("1".repeat(901)));
    String message =
        "payload has 901 bytes and takes 1157 of the queue, limits.queuedBytes allows 1156 for all"
            + " tasks: send less, or a reference to where it lies";
    assertThat(core.submit(never, cluster.now()).refusal()).isEqualTo(Refusal.invalid(message));
    assertThat(core.submit(fits, cluster.now()).refusal()).isNull();
    assertThat(core.submit(never, cluster.now()).refusal()).isEqualTo(Refusal.invalid(message));
    core.noRoom("the disk is full");
    assertThat(core.submit(never, cluster.now()).refusal()).isEqualTo(Refusal.invalid(message));
  }

  @Test
  void itMayComeBackTheSoonerTheFasterTasksEnd() {
    fill();
    assertThat(refused().retryMillis()).isEqualTo(60_000);
    VirtualWorker worker = cluster.worker("w", 1, "any");
    for (int i = 0; i < 20; i++) {
      worker.succeeds(worker.only(), "1");
      cluster.tick(Duration.ofSeconds(1));
      submit(ANY);
    }
    long slow = refused().retryMillis();
    assertThat(slow).as("a hundredth of 1,000, one a second").isBetween(10_000L, 12_000L);
    for (int i = 0; i < 200; i++) {
      worker.succeeds(worker.only(), "1");
      cluster.tick(Duration.ofMillis(50));
      submit(ANY);
    }
    assertThat(refused().retryMillis()).isEqualTo(1_000).isLessThan(slow);
  }

  @Test
  void whatIsRefusedLeavesNoTrace() {
    fill();
    assertThat(submit(TaskRequest.of("other", 1).withIdempotencyKey("k")).problem()).isNotNull();
    assertThat(cluster.core.types(cluster.now())).extracting(TypeView::type).containsExactly("any");
  }

  @Test
  void aPayloadThatIsTooLargeOrNoJsonNeedsNotComeBack() {
    Accepted large = submit(TaskRequest.ofJson("any", Bytes.of("1".repeat(101))));
    assertThat(large.problem()).startsWith("payload has 101 bytes, limits.payload allows 100");
    assertThat(large.retryMillis()).isZero();
    assertThat(submit(TaskRequest.ofJson("any", VirtualCluster.BAD_PAYLOAD)).retryMillis())
        .isZero();
  }
}
