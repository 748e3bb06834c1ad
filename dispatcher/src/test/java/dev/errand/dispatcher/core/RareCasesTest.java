package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Grant;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Frames that never arrive, stores that are slow, waits that are long: what is rare and has to go
 * right.
 */
class RareCasesTest {

  private static final TaskRequest ANY = TaskRequest.of("any", 1);

  private final VirtualCluster cluster = new VirtualCluster();
  private final VirtualClient client = cluster.client();

  private static List<Long> running(VirtualWorker worker) {
    return worker.all().stream().map(Grant::task).toList();
  }

  private void succeedAll(VirtualWorker worker) {
    worker.all().forEach(grant -> worker.succeeds(grant, "1"));
    cluster.settle();
  }

  @Test
  void aClientThatIsGoneWaitsForNothing() throws Exception {
    cluster.core.set("any", true, 0, cluster.now());
    long id = cluster.submit(client, ANY);
    for (int i = 0; i < 200; i++) {
      VirtualClient shortly = cluster.client();
      shortly.watch(id);
      cluster.settle();
      cluster.leave(shortly);
    }
    assertThat(cluster.core.clients()).isOne();
    List<ClientPeer> watchers = task(id).moreWatchers;
    assertThat(watchers == null ? 0 : watchers.size()).isLessThan(10);
  }

  private LiveTask task(long id) throws Exception {
    Field field = DispatcherCore.class.getDeclaredField("tasks");
    field.setAccessible(true);
    return ((Tasks) field.get(cluster.core)).get(id);
  }

  @Test
  void aWaitingTaskDoesNotHoldOnToTheFrameItCameIn() {
    VirtualWorker worker = cluster.worker("w", 100, "any");
    String text = "x".repeat(80);
    long first = client.submit(TaskRequest.of("any", 1).withDelay(Duration.ofDays(30)));
    for (int i = 0; i < 900; i++) {
      client.submit(TaskRequest.of("any", text));
    }
    cluster.settle();
    while (!worker.running.isEmpty()) {
      succeedAll(worker);
    }
    long id = client.answer(first).id();
    assertThat(cluster.core.ledger().scheduled()).isOne();
    assertThat(cluster.core.ledger().succeeded()).isEqualTo(900);
    assertThat(cluster.view(id).payload().array().length).isLessThan(1_000);
  }

  @Test
  void whatWasNeverSentDoesNotTimeOut() {
    TaskRequest once = ANY.withMaxAttempts(1).withTimeout(Duration.ofSeconds(1));
    long id = cluster.submit(client, once);
    cluster.store.slow = true;
    VirtualWorker worker = cluster.worker("w", 1, "any");
    cluster.pass(Duration.ofSeconds(7));
    assertThat(worker.frames).isEmpty();
    cluster.store.slow = false;
    cluster.store.record(cluster.store.waiting());
    cluster.settle();
    assertThat(client.done(id)).isNull();
    assertThat(worker.only().task()).isEqualTo(id);
  }

  @Test
  void anEndIsNotShownBeforeItIsDurable() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY.withMaxAttempts(1));
    cluster.store.slow = true;
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(cluster.view(id).error()).isNull();
  }

  @Test
  void aTaskThatIsTriedAgainDoesNotShowTheErrorOfTheGenerationBefore() {
    VirtualWorker worker = cluster.worker("w", 1, "any");
    long id = cluster.submit(client, ANY.withMaxAttempts(1));
    worker.fails(worker.only(), ErrorKind.HANDLER);
    cluster.settle();
    cluster.leave(worker);
    assertThat(cluster.core.retry(cluster.store.ended.get(id), cluster.now())).isNull();
    cluster.settle();
    assertThat(cluster.view(id).state()).isEqualTo(TaskState.QUEUED);
    assertThat(cluster.view(id).error()).isNull();
  }

  private static List<dev.errand.protocol.frame.Offer> offers() {
    return List.of(
        new dev.errand.protocol.frame.Offer("any", dev.errand.protocol.frame.Pool.EVENT_LOOP, 0));
  }

  @Test
  void aLongWaitCostsAPlaceNotAPage() throws Exception {
    TaskTable table = new TaskTable();
    Tasks none = null;
    TaskTypes types = new TaskTypes(none);
    TaskType type = new TaskType("any", none, types);
    TaskQueue queue = new TaskQueue(type, Map.of());
    long id = 0;
    int stay = 1_000;
    for (int i = 0; i < stay; i++) {
      List<LiveTask> others = new ArrayList<>();
      for (int k = 0; k < 256; k++) {
        LiveTask task = new LiveTask(EndedTasks.succeeded(++id, 1, "1", "1").spec(), queue);
        table.add(task);
        if (k != 0) {
          others.add(task);
        }
      }
      others.forEach(table::remove);
    }
    assertThat(table.size()).isEqualTo(stay);
    Field field = TaskTable.class.getDeclaredField("pages");
    field.setAccessible(true);
    // A page takes 256 * (8 + 4) bytes at least; limits.queuedBytes counts 256 for a task.
    assertThat(((List<?>) field.get(table)).size()).isLessThan(stay / 8);
  }

  @Test
  void whatNeverReachedItsWorkerKeepsItsOrder() {
    VirtualWorker worker = cluster.worker("w", 40, "any");
    cluster.lose(dev.errand.protocol.frame.FrameKind.GRANT);
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.add(cluster.submit(client, ANY));
    }
    cluster.cutOff(worker);
    cluster.pass(Duration.ofMillis(3_100));
    cluster.loseNothing();
    cluster.reconnect(worker);
    cluster.pass(Duration.ofSeconds(4));
    assertThat(running(worker)).isEqualTo(ids);
  }
}
