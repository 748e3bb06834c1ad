package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Grant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A task that its workers die of stops at its limit, and costs the others nothing but time. */
class PoisonTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);
  private static final TaskRequest OTHER = TaskRequest.of("other", 1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private void die(VirtualWorker worker) {
    cluster.kill(worker);
    cluster.pass(Duration.ofMillis(3_100));
  }

  private static List<Long> running(VirtualWorker worker) {
    return worker.all().stream().map(Grant::task).toList();
  }

  private void succeedAll(VirtualWorker worker) {
    worker.all().forEach(grant -> worker.succeeds(grant, "1"));
    cluster.settle();
  }

  @Test
  void oneKillerAmongManyEndsAsPoisonAndAllOthersSucceed() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      ids.add(cluster.submit(client, ANY));
    }
    long killer = ids.get(77);
    int deaths = 0;
    VirtualWorker worker = cluster.worker("w0", 200, "any");
    while (ids.stream().anyMatch(id -> client.done(id) == null)) {
      if (running(worker).contains(killer)) {
        die(worker);
        worker = cluster.worker("w" + ++deaths, 200, "any");
      } else {
        succeedAll(worker);
      }
    }
    assertThat(deaths).isEqualTo(3);
    assertThat(client.done(killer).state()).isEqualTo(TaskState.FAILED);
    assertThat(client.done(killer).error().kind()).isEqualTo(ErrorKind.POISON);
    assertThat(client.done(killer).error().message())
        .isEqualTo(
            "3 workers were lost while it ran, the last one alone with it: worker 'w2' was silent"
                + " for too long");
    assertThat(ids)
        .filteredOn(id -> id != killer)
        .allSatisfy(id -> assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED));
  }

  @Test
  void aSuspectRunsAloneWhileTheOthersGoOnElsewhere() {
    long suspect = cluster.submit(client, ANY);
    die(cluster.worker("first", 1, "any"));
    die(cluster.worker("second", 1, "any"));
    assertThat(cluster.view(suspect).waitingFor().message()).isEqualTo("no worker offers 'any'");
    VirtualWorker busy = cluster.worker("busy", 2, "other");
    long other = cluster.submit(client, TaskRequest.of("other", 1));
    VirtualWorker both = cluster.worker("both", 3, "any", "other");
    assertThat(running(both)).containsExactly(suspect);
    List<Long> more = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      more.add(cluster.submit(client, TaskRequest.of("other", 1)));
    }
    assertThat(running(both)).containsExactly(suspect);
    assertThat(running(busy)).containsExactly(other, more.get(0));
    succeedAll(both);
    assertThat(client.done(suspect).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(running(both)).containsExactly(more.get(1), more.get(2));
  }

  @Test
  void aBusyWorkerIsKeptFreeForASuspectAndSharedAgainAfterIt() {
    long suspect = cluster.submit(client, ANY);
    die(cluster.worker("first", 1, "any"));
    VirtualWorker second = cluster.worker("second", 1, "any");
    VirtualWorker only = cluster.worker("only", 2, "any");
    long early = cluster.submit(client, ANY);
    assertThat(running(only)).containsExactly(early);
    die(second);
    long late = cluster.submit(client, ANY);
    assertThat(running(only)).containsExactly(early);
    assertThat(cluster.view(suspect).waitingFor().message())
        .isEqualTo("two workers were lost with it: it waits for one for 'any' to run it alone");
    succeedAll(only);
    assertThat(running(only)).containsExactly(suspect);
    succeedAll(only);
    assertThat(running(only)).containsExactly(late);
  }

  @Test
  void aWorkerThatComesBackWithTheTaskWasNoLoss() {
    long id = cluster.submit(client, ANY);
    VirtualWorker worker = cluster.worker("w", 1, "any");
    for (int i = 0; i < 5; i++) {
      cluster.cutOff(worker);
      cluster.pass(Duration.ofMillis(3_100));
      cluster.reconnect(worker);
      cluster.pass(Duration.ofSeconds(4));
    }
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    succeedAll(worker);
    assertThat(client.done(id).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void aWorkerIsNotKeptFreeForATaskThatWentOnElsewhere() {
    long suspect = cluster.submit(client, ANY);
    die(cluster.worker("first", 1, "any"));
    VirtualWorker second = cluster.worker("second", 1, "any");
    VirtualWorker third = cluster.worker("third", 2, "any");
    long early = cluster.submit(client, ANY);
    assertThat(running(third)).containsExactly(early);
    cluster.cutOff(second);
    cluster.pass(Duration.ofMillis(3_100));
    cluster.submit(client, ANY);
    assertThat(running(third)).hasSize(1);
    cluster.reconnect(second);
    cluster.pass(Duration.ofSeconds(4));
    assertThat(running(second)).containsExactly(suspect);
    assertThat(running(third)).hasSize(2);
  }

  @Test
  void anOrderlyStopIsNoLoss() {
    long id = cluster.submit(client, ANY);
    for (int i = 0; i < 5; i++) {
      VirtualWorker worker = cluster.worker("w" + i, 1, "any");
      worker.releases(worker.only(), true);
      cluster.leave(worker);
      cluster.settle();
    }
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void aWorkerThatTakesNothingIsNotTheOneThatIsKeptFree() {
    long suspect = cluster.submit(client, ANY);
    die(cluster.worker("first", 1, "any"));
    VirtualWorker second = cluster.worker("second", 1, "any");
    cluster.worker("none", 0, "any");
    VirtualWorker busy = cluster.worker("busy", 2, "any");
    cluster.submit(client, ANY);
    cluster.submit(client, ANY);
    assertThat(running(busy)).hasSize(2);
    die(second);
    cluster.submit(client, ANY);
    for (int i = 0; i < 2; i++) {
      busy.succeeds(busy.all().get(0), "1");
      cluster.settle();
    }
    assertThat(running(busy)).containsExactly(suspect);
  }

  /** A worker of two slots with a cancelled handler that never ends. */
  private VirtualWorker hung(String... types) {
    VirtualWorker worker = cluster.worker("hung", 2, types);
    worker.stubborn = true;
    long id = cluster.submit(client, TaskRequest.of(types[0], 1));
    assertThat(running(worker)).containsExactly(id);
    assertThat(cluster.core.cancel(id, cluster.now())).isNull();
    cluster.settle();
    return worker;
  }

  /** A worker that has the task, which has lost one before. */
  private VirtualWorker second(long suspect) {
    die(cluster.worker("first", 1, "any"));
    VirtualWorker second = cluster.worker("second", 1, "any");
    assertThat(running(second)).containsExactly(suspect);
    return second;
  }

  @Test
  void aHandlerThatNeverEndsDoesNotStopAllOthersOfItsWorkerForTheSakeOfASuspect() {
    long suspect = cluster.submit(client, ANY);
    VirtualWorker second = second(suspect);
    VirtualWorker hung = hung("other", "any");
    die(second);
    long innocent = cluster.submit(client, OTHER);
    cluster.pass(Duration.ofSeconds(30));
    assertThat(running(hung)).contains(suspect);
    hung.all().stream()
        .filter(grant -> grant.task() == suspect)
        .forEach(grant -> hung.succeeds(grant, "1"));
    cluster.settle();
    assertThat(running(hung)).contains(innocent);
  }

  @Test
  void aSuspectDoesNotWaitForAHandlerThatNeverEndsWhileAnotherWorkerIsIdle() {
    long suspect = cluster.submit(client, ANY);
    VirtualWorker second = second(suspect);
    hung("any");
    VirtualWorker free = cluster.worker("free", 3, "any", "other");
    for (int i = 0; i < 3; i++) {
      cluster.submit(client, OTHER);
    }
    assertThat(running(free)).hasSize(3);
    die(second);
    succeedAll(free);
    cluster.pass(Duration.ofSeconds(30));
    assertThat(cluster.view(suspect).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void aSuspectDoesNotWaitForALongAttemptWhileAnotherWorkerIsIdle() {
    long suspect = cluster.submit(client, ANY);
    VirtualWorker second = second(suspect);
    VirtualWorker slow = cluster.worker("slow", 2, "any");
    long attempt = cluster.submit(client, ANY.withTimeout(Duration.ofDays(1)));
    assertThat(running(slow)).containsExactly(attempt);
    VirtualWorker free = cluster.worker("free", 2, "any", "other");
    cluster.submit(client, OTHER);
    cluster.submit(client, OTHER);
    assertThat(running(free)).hasSize(2);
    die(second);
    succeedAll(free);
    cluster.pass(Duration.ofSeconds(30));
    assertThat(running(free)).containsExactly(suspect);
  }

  @Test
  void aSuspectThatWasCancelledAndDoesNotEndDoesNotKeepAllOtherSlotsOfItsWorker() {
    long suspect = cluster.submit(client, ANY);
    VirtualWorker second = second(suspect);
    die(second);
    VirtualWorker worker = cluster.worker("w", 4, "any", "other");
    worker.stubborn = true;
    assertThat(running(worker)).containsExactly(suspect);
    assertThat(cluster.core.cancel(suspect, cluster.now())).isNull();
    cluster.settle();
    long innocent = cluster.submit(client, OTHER);
    cluster.pass(Duration.ofSeconds(30));
    assertThat(running(worker)).contains(innocent);
  }
}
