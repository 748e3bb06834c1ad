package dev.errand.dispatcher.store;

import static dev.errand.dispatcher.core.EndedTasks.changes;
import static dev.errand.dispatcher.core.EndedTasks.endOf;
import static dev.errand.dispatcher.core.EndedTasks.failed;
import static dev.errand.dispatcher.core.EndedTasks.inBatch;
import static dev.errand.dispatcher.core.EndedTasks.live;
import static dev.errand.dispatcher.core.EndedTasks.retried;
import static dev.errand.dispatcher.core.EndedTasks.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.EndedTasks;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MemoryTaskStoreTest {

  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final TaskError ERROR = new TaskError(ErrorKind.HANDLER, "no");

  private long now = 100 * HOUR;
  private MemoryTaskStore store = keeping(1 << 20);

  private MemoryTaskStore keeping(long bytes) {
    return new MemoryTaskStore(settings(bytes), () -> now);
  }

  private static StoreSettings settings(long bytes) {
    return new StoreSettings(
        StoreSettings.Kind.MEMORY,
        Path.of("unused"),
        Duration.ofHours(2),
        Duration.ofHours(5),
        bytes);
  }

  private StoredTask read(long id) {
    return store.read(id).result();
  }

  /** Which of the tasks 1 to 100 are kept. */
  private LongStream kept() {
    return LongStream.rangeClosed(1, 100).filter(id -> read(id) != null);
  }

  @Test
  void whatEndedCanBeReadAtOnce() {
    StoredTask one = succeeded(1, now, "7", "49");
    StoredTask two = failed(2, now, ERROR);
    assertThat(store.append(changes(one, two)).succeeded()).isTrue();
    assertThat(read(1)).isEqualTo(one);
    assertThat(read(2)).isEqualTo(two);
    assertThat(store.read(3).succeeded()).isTrue();
    assertThat(read(3)).isNull();
  }

  @Test
  void succeededAndFailedTasksAreKeptForTimesOfTheirOwn() {
    store.append(changes(succeeded(1, now, "7", "49"), failed(2, now, ERROR)));
    now += 2 * HOUR;
    assertThat(kept()).containsExactly(1L, 2L);
    now++;
    assertThat(kept()).containsExactly(2L);
    now += 3 * HOUR - 1;
    assertThat(kept()).containsExactly(2L);
    now++;
    assertThat(kept()).isEmpty();
  }

  @Test
  void theOldestGoFirstWhenTheyTakeTooMuch() {
    store = keeping(10_000);
    String large = "1".repeat(1_500);
    for (int id = 1; id <= 20; id++) {
      StoredTask next =
          id % 2 == 0 ? failed(id, now + id, ERROR) : succeeded(id, now + id, large, large);
      store.append(changes(next));
    }
    assertThat(kept()).isSorted().endsWith(18L, 19L, 20L).hasSizeBetween(4, 8);
  }

  @Test
  void payloadsAndResultsAndErrorsCount() {
    String large = "1".repeat(4_000);
    for (StoredTask task :
        new StoredTask[] {
          succeeded(1, now, large, "1"),
          succeeded(1, now, "1", large),
          failed(1, now, new TaskError(ErrorKind.HANDLER, "no", large))
        }) {
      store = keeping(4_000);
      store.append(changes(task));
      assertThat(kept()).isEmpty();
    }
  }

  @Test
  void nothingElseOfTheFramesIsKept() {
    byte[] frame = new byte[100_000];
    frame[50_000] = '7';
    TaskSpec spec = new TaskSpec(1, "any", new Bytes(frame, 50_000, 1), Terms.NONE, null, null, 1);
    Bytes result = new Bytes(frame, 50_000, 1);
    store.append(changes(EndedTasks.ended(spec, TaskState.SUCCEEDED, result, null, now)));
    StoredTask kept = read(1);
    assertThat(kept.spec().payload()).isEqualTo(Bytes.of("7"));
    assertThat(kept.spec().payload().array().length).isLessThan(100);
    assertThat(kept.result().array().length).isLessThan(100);
  }

  @Test
  void whatIsRemovedCountsNoMore() {
    store = keeping(1_600);
    for (int id = 1; id <= 100; id++) {
      store.append(changes(succeeded(id, now, "7", "49")));
      now += HOUR;
    }
    assertThat(kept()).containsExactly(99L, 100L);
    store.append(changes(succeeded(1, now, "1".repeat(1_500), "1")));
    assertThat(kept()).containsExactly(1L);
  }

  @Test
  void aStoreThatMayTakeNothingKeepsNothing() {
    store = keeping(0);
    store.append(changes(succeeded(1, now, "7", "49")));
    assertThat(read(1)).isNull();
  }

  @Test
  void aLongBatchTakesNoMoreThanAllMayTake() {
    store = keeping(1_000);
    for (int id = 1; id <= 100; id++) {
      store.append(changes(inBatch("b", id, now)));
    }
    assertThat(kept()).isSorted().endsWith(99L, 100L).hasSizeBetween(10, 40);
    store.append(endOf("b"));
    assertThat(kept()).endsWith(99L, 100L).hasSizeBetween(10, 40);
  }

  @Test
  void eachStoreHasAnIdOfItsOwn() {
    assertThat(keeping(1).id()).isNotEqualTo(store.id());
    assertThat(store.epoch()).isOne();
  }

  @Test
  void aBatchsTasksAreKeptAsLongAsIfTheyHadEndedWithItsLast() {
    store.append(changes(inBatch("b", 1, now)));
    store.append(changes(succeeded(2, now, "7", "49")));
    now += 10 * HOUR;
    assertThat(kept()).containsExactly(1L);
    store.append(changes(inBatch("b", 3, now)));
    store.append(endOf("b"));
    now += 2 * HOUR;
    assertThat(kept()).containsExactly(1L, 3L);
    now++;
    assertThat(kept()).isEmpty();
  }

  @Test
  void theEndOfOneBatchIsNotThatOfAnother() {
    store.append(changes(inBatch("b", 1, now), inBatch("c", 2, now)));
    store.append(endOf("b"));
    store.append(endOf("unknown"));
    now += 3 * HOUR;
    assertThat(kept()).containsExactly(2L);
  }

  @Test
  void aTaskThatIsTriedAgainHasNotEnded() {
    StoredTask first = failed(1, now, ERROR);
    store.append(changes(first));
    store.append(changes(retried(first)));
    assertThat(read(1).state()).isEqualTo(TaskState.QUEUED);
    now += 2 * HOUR;
    StoredTask again = failed(1, now, ERROR);
    store.append(changes(again));
    assertThat(read(1)).isEqualTo(again);
    now += 4 * HOUR;
    assertThat(read(1)).as("its first end is out of date").isEqualTo(again);
    now += HOUR + 1;
    assertThat(read(1)).isNull();
  }

  @Test
  void aTaskThatIsTriedAgainCountsOnceAndIsForgottenOnce() {
    store = keeping(2_000);
    List<Long> forgotten = new ArrayList<>();
    store.onForgotten(task -> forgotten.add(task.spec().id()));
    for (int i = 0; i < 100; i++) {
      StoredTask end = inBatch("b", 1, now);
      store.append(changes(end));
      store.append(changes(retried(end)));
    }
    store.append(changes(inBatch("b", 1, now)));
    store.append(changes(inBatch("b", 2, now), inBatch("b", 3, now)));
    store.append(endOf("b"));
    assertThat(kept()).containsExactly(1L, 2L, 3L);
    assertThat(forgotten).isEmpty();
    now += 6 * HOUR;
    assertThat(kept()).isEmpty();
    assertThat(forgotten).containsExactlyInAnyOrder(1L, 2L, 3L);
  }

  @Test
  void aTaskOfABatchThatIsTriedAgainIsKeptFromTheBatchsNextEnd() {
    StoredTask first = inBatch("b", 1, now);
    store.append(changes(first));
    store.append(changes(retried(first)));
    store.append(changes(inBatch("b", 2, now)));
    now += 10 * HOUR;
    store.append(changes(inBatch("b", 1, now)));
    store.append(endOf("b"));
    assertThat(kept()).containsExactly(1L, 2L);
    now += 2 * HOUR + 1;
    assertThat(kept()).isEmpty();
  }

  @Test
  void whoeverListensIsToldOfWhatTheCoreKnowsAndIsKeptNoMore() {
    List<StoredTask> forgotten = new ArrayList<>();
    store.onForgotten(forgotten::add);
    StoredTask one = inBatch("b", 1, now);
    StoredTask two = inBatch("c", 2, now);
    store.append(changes(one, two, succeeded(3, now, "7", "49")));
    store.append(endOf("b"));
    now += 2 * HOUR + 1;
    assertThat(kept()).containsExactly(2L);
    assertThat(forgotten).containsExactly(one.bare());
    store.append(endOf("c"));
    now += 2 * HOUR + 1;
    assertThat(kept()).isEmpty();
    assertThat(forgotten).containsExactly(one.bare(), two.bare());
  }

  @Test
  void whoeverListensIsToldWhenRoomRunsOut() {
    store = keeping(300);
    List<Long> forgotten = new ArrayList<>();
    store.onForgotten(task -> forgotten.add(task.spec().id()));
    for (int id = 1; id <= 30; id++) {
      store.append(changes(inBatch("b", id, now + id)));
    }
    assertThat(forgotten).isSorted().startsWith(1L, 2L, 3L);
    assertThat(kept().count() + forgotten.size()).isEqualTo(30);
  }

  @Test
  void onceMemoryRanOutNothingIsKeptAndAllIsTold() {
    OutOfMemoryError full = new OutOfMemoryError("as if");
    AtomicBoolean fails = new AtomicBoolean();
    ChunkStore tasks =
        ChunkStore.of(
            settings(1 << 20),
            new HeapPlace() {
              @Override
              public void write(Write write, long newest, int count, long sum) {
                if (fails.get()) {
                  throw full;
                }
                super.write(write, newest, count, sum);
              }
            });
    store = new MemoryTaskStore(tasks, () -> now);
    List<Throwable> told = new ArrayList<>();
    store.onFailure(told::add);
    assertThat(store.append(changes(live(1, TaskState.QUEUED))).succeeded()).isTrue();
    fails.set(true);
    assertThat(store.append(changes(live(2, TaskState.QUEUED))).cause()).isSameAs(full);
    fails.set(false);
    assertThat(store.append(changes(live(3, TaskState.QUEUED))).cause()).isSameAs(full);
    assertThat(store.read(1).cause()).isSameAs(full);
    assertThat(told).containsExactly(full);
  }

  @Test
  void whatWaitsCanBeReadAndIsNextOfItsLine() {
    StoredTask first = retried(succeeded(1, now, "7", "49"));
    StoredTask untried = live(2, TaskState.QUEUED);
    store.append(changes(first, untried, live(3, TaskState.QUEUED), live(4, TaskState.QUEUED)));
    store.append(changes(succeeded(3, now, "7", "49")));
    assertThat(read(2)).isEqualTo(untried);
    LineKey line = LineKey.of("any", live(1, TaskState.QUEUED).spec().terms());
    assertThat(store.waiting(line, 0, 10, 1_000).result())
        .extracting(task -> task.spec().id())
        .containsExactly(2L, 4L);
    assertThat(store.waiting(line, 2, 10, 1_000).result()).hasSize(1);
  }

  @Test
  void aStepOnTheWayIsNotedAndTakesNothing() {
    store = keeping(0);
    store.append(changes(live(1, TaskState.QUEUED)));
    store.append(changes(live(1, TaskState.RUNNING)));
    assertThat(store.list(TaskQuery.newest(10).in(TaskState.RUNNING)).result().tasks()).hasSize(1);
    assertThat(
            store
                .waiting(LineKey.of("any", live(1, TaskState.QUEUED).spec().terms()), 0, 10, 1_000)
                .result())
        .isEmpty();
    store.append(changes(succeeded(1, now, "7", "49")));
    assertThat(read(1)).isNull();
  }
}
