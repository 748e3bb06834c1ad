package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.WaitingFor;
import dev.errand.protocol.frame.Grant;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A type can be paused, and has a limit of tasks that run at once. */
class TypeSettingsTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private void set(boolean paused, int limit) {
    assertThat(cluster.core.set("any", paused, limit, cluster.now())).isNull();
    cluster.settle();
  }

  private TypeView any() {
    return cluster.core.types(cluster.now()).stream()
        .filter(type -> type.type().equals("any"))
        .findFirst()
        .orElse(null);
  }

  @Test
  void nothingOfAPausedTypeBeginsAndWhatRunsGoesOn() {
    VirtualWorker worker = cluster.worker("w", 3, "any", "other");
    long running = cluster.submit(client, ANY);
    set(true, 0);
    long waiting = cluster.submit(client, ANY);
    long other = cluster.submit(client, TaskRequest.of("other", 1));
    assertThat(worker.all()).extracting(Grant::task).containsExactly(running, other);
    worker.succeeds(worker.all().get(0), "1");
    cluster.settle();
    assertThat(client.done(running)).isNotNull();
    assertThat(cluster.view(waiting).waitingFor().code()).isEqualTo(WaitingFor.Code.PAUSED);
    set(false, 0);
    assertThat(worker.all()).extracting(Grant::task).containsExactly(other, waiting);
  }

  @Test
  void aRetryOfAPausedTypeWaitsToo() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.submit(client, ANY);
    set(true, 0);
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.pass(Duration.ofSeconds(5));
    assertThat(worker.running).isEmpty();
    set(false, 0);
    assertThat(worker.only().attempt()).isEqualTo(2);
  }

  @Test
  void noMoreRunThanTheLimitAllowsOverAllWorkers() {
    set(false, 3);
    VirtualWorker one = cluster.worker("one", 2, "any");
    VirtualWorker two = cluster.worker("two", 2, "any");
    for (int i = 0; i < 10; i++) {
      cluster.submit(client, ANY);
    }
    assertThat(one.running.size() + two.running.size()).isEqualTo(3);
    assertThat(any().running()).isEqualTo(3);
    one.succeeds(one.all().get(0), "1");
    cluster.settle();
    assertThat(any().running()).isEqualTo(3);
  }

  @Test
  void aLowerLimitStopsNothingAndAHigherOneLetsMoreBeginAtOnce() {
    VirtualWorker worker = cluster.worker("w", 5, "any");
    for (int i = 0; i < 5; i++) {
      cluster.submit(client, ANY);
    }
    set(false, 2);
    cluster.submit(client, ANY);
    assertThat(worker.running).hasSize(5);
    worker.all().subList(0, 3).forEach(grant -> worker.succeeds(grant, "1"));
    cluster.settle();
    assertThat(worker.running).hasSize(2);
    set(false, 3);
    assertThat(worker.running).hasSize(3);
  }

  @Test
  void zombiesCountAgainstTheLimitUntilTheyAreGone() {
    set(false, 1);
    VirtualWorker worker = cluster.worker("w", 3, "any");
    worker.stubborn = true;
    long first = cluster.submit(client, ANY.withTimeout(Duration.ofSeconds(1)));
    long second = cluster.submit(client, ANY);
    Grant grant = worker.only();
    worker.fails(grant, ErrorKind.TIMEOUT);
    worker.running.put(grant.lease(), grant);
    cluster.settle();
    assertThat(any().zombies()).isOne();
    assertThat(worker.running).hasSize(1);
    assertThat(cluster.view(second).waitingFor().code()).isEqualTo(WaitingFor.Code.LIMIT);
    worker.releases(grant, true);
    cluster.settle();
    assertThat(any().zombies()).isZero();
    assertThat(worker.only().task()).isEqualTo(second);
    assertThat(cluster.view(first)).isNotNull();
  }

  @Test
  void aSlotOfAPausedTypesSuspectIsFreeForOthers() {
    long suspect = cluster.submit(client, ANY);
    for (int i = 0; i < 2; i++) {
      cluster.kill(cluster.worker("w" + i, 1, "any"));
      cluster.pass(Duration.ofMillis(3_100));
    }
    VirtualWorker busy = cluster.worker("busy", 2, "other");
    long first = cluster.submit(client, TaskRequest.of("other", 1));
    cluster.leave(busy);
    VirtualWorker both = cluster.worker("both", 2, "other");
    assertThat(both.only().task()).isEqualTo(first);
    cluster.leave(both);
    set(true, 0);
    VirtualWorker last = cluster.worker("last", 2, "any", "other");
    assertThat(last.only().task()).isEqualTo(first);
    set(false, 0);
    long second = cluster.submit(client, TaskRequest.of("other", 1));
    assertThat(cluster.view(second).waitingFor()).as("kept free").isNotNull();
    set(true, 0);
    assertThat(last.all()).extracting(Grant::task).containsExactly(first, second);
    set(false, 0);
    last.all().forEach(grant -> last.succeeds(grant, "1"));
    cluster.settle();
    assertThat(last.only().task()).isEqualTo(suspect);
  }

  @Test
  void itIsSeenWithSinceWhen() {
    set(true, 5);
    assertThat(any().settings())
        .isEqualTo(new TypeSettings("any", true, 5, cluster.now().wallMillis()));
    assertThat(cluster.store.types.get("any")).isEqualTo(any().settings());
  }

  @Test
  void aTypeThatIsUsualAgainIsForgotten() {
    set(true, 5);
    set(false, 0);
    assertThat(any()).isNull();
    assertThat(cluster.store.types.get("any").isUsual()).isTrue();
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThat(cluster.core.set("any", false, -1, cluster.now()))
        .isEqualTo(Refusal.invalid("limit -1 must be at least 1, or 0 for none"));
    assertThat(cluster.core.set("no way", false, 1, cluster.now()).kind())
        .isEqualTo(Refusal.Kind.INVALID);
    assertThat(cluster.core.types(cluster.now())).isEmpty();
  }
}
