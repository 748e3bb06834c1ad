package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.WaitingFor;
import dev.errand.protocol.frame.Grant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of what waits only the first ten of each line are in memory. */
class BacklogsTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);
  private static final int WINDOW = 10;
  private static final Duration RECOVERY = Duration.ofSeconds(4);

  private final VirtualCluster cluster =
      new VirtualCluster(new CoreSettings.Window(WINDOW, Long.MAX_VALUE, 100_000));
  private VirtualClient client = cluster.client();

  private List<Long> submit(int count, TaskRequest request) {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(cluster.submit(client, request));
    }
    return ids;
  }

  private long inMemory(List<Long> ids) {
    return ids.stream().filter(id -> cluster.view(id) != null).count();
  }

  /** A worker that has one slot, and ends one task after the other. */
  private List<Long> run(int count) {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    List<Long> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Grant grant = worker.only();
      order.add(grant.task());
      worker.succeeds(grant, "1");
      cluster.settle();
    }
    return order;
  }

  private TypeView type() {
    return cluster.core.types(cluster.now()).get(0);
  }

  @Test
  void allRunInTheirOrderThoughFewAreInMemory() {
    List<Long> ids = submit(57, ANY);
    assertThat(inMemory(ids)).isEqualTo(WINDOW);
    assertThat(type().queued()).isEqualTo(57);
    assertThat(cluster.core.ledger().queued()).isEqualTo(57);
    assertThat(run(57)).isEqualTo(ids);
    ids.forEach(id -> assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED));
    assertThat(type().queued()).isZero();
  }

  @Test
  void eachLineHasItsOwnRoom() {
    List<Long> low = submit(15, ANY.withPriority(1));
    List<Long> high = submit(15, ANY.withPriority(9));
    assertThat(inMemory(low)).isEqualTo(WINDOW);
    assertThat(inMemory(high)).isEqualTo(WINDOW);
    List<Long> all = new ArrayList<>(high);
    all.addAll(low);
    assertThat(run(30)).isEqualTo(all);
  }

  @Test
  void whatWaitsForATimeOrWasTriedIsInMemory() {
    submit(WINDOW, ANY);
    List<Long> late = submit(5, ANY.withDelay(Duration.ofHours(1)));
    List<Long> expiring = submit(5, ANY.withExpiresIn(Duration.ofHours(1)));
    assertThat(inMemory(late)).isEqualTo(5);
    assertThat(inMemory(expiring)).isEqualTo(5);
  }

  @Test
  void aRestartReadsTheFirstOfEachLineAndCountsTheOthers() {
    List<Long> ids = submit(45, ANY);
    List<Long> late = submit(1, ANY.withDelay(Duration.ofHours(1)));
    cluster.restart();
    assertThat(inMemory(ids)).isEqualTo(WINDOW);
    assertThat(inMemory(late)).isOne();
    assertThat(type().queued()).isEqualTo(45);
    assertThat(cluster.core.ledger().queued()).isEqualTo(45);
    client = cluster.client();
    List<Long> more = submit(3, ANY);
    assertThat(inMemory(more)).as("they are behind the others").isZero();
    cluster.pass(RECOVERY);
    ids.addAll(more);
    assertThat(run(48)).isEqualTo(ids);
  }

  @Test
  void whatOnlyTheStoreHasIsSeenAndCancelled() {
    List<Long> ids = submit(20, ANY);
    long last = ids.get(19);
    StoredTask stored = cluster.store.tasks.get(last);
    Task view = cluster.core.view(stored, cluster.now());
    assertThat(view.state()).isEqualTo(TaskState.QUEUED);
    assertThat(view.waitingFor().code()).isEqualTo(WaitingFor.Code.NO_WORKER);
    cluster.core.fetch(stored, cluster.now());
    cluster.core.fetch(stored, cluster.now());
    assertThat(cluster.core.cancel(last, cluster.now())).isNull();
    cluster.settle();
    assertThat(client.done(last).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(type().queued()).isEqualTo(19);
    assertThat(run(19)).isEqualTo(ids.subList(0, 19));
    assertThat(cluster.core.ledger().cancelled()).isOne();
  }

  @Test
  void whoAsksLaterIsToldOfItsEndToo() {
    List<Long> ids = submit(20, ANY);
    VirtualClient other = cluster.client();
    other.watch(ids.get(15));
    other.watch(ids.get(15));
    VirtualClient gone = cluster.client();
    gone.watch(ids.get(15));
    cluster.settle();
    cluster.leave(gone);
    assertThat(other.isTold(ids.get(15))).isFalse();
    run(20);
    assertThat(other.done(ids.get(15)).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(other.dones).hasSize(1);
    assertThat(client.done(ids.get(15)).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void whatCannotLeaveMemoryIsRefusedWhenThatIsFull() {
    for (int i = 0; i < 400; i++) {
      client.submit(ANY.withDelay(Duration.ofHours(1)));
    }
    cluster.settle();
    assertThat(cluster.core.ledger().submitted()).isBetween(350L, 399L);
    assertThat(client.answers().values())
        .filteredOn(answer -> answer.problem() != null)
        .isNotEmpty()
        .allMatch(answer -> answer.problem().contains("give the dispatcher more"));
  }
}
