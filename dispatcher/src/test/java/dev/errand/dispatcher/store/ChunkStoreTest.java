package dev.errand.dispatcher.store;

import static dev.errand.dispatcher.core.EndedTasks.changes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.Kept;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store against a map of what it should hold, opened anew at any moment. */
class ChunkStoreTest extends ChunkStoreFixture {

  private void compare() {
    assertAllIsThere();
    assertThat(store.read(lastId + 1)).isNull();
    for (int type = 0; type < 4; type++) {
      compareList(null, "t" + type, null);
      compareWaiting(new LineKey("t" + type, Map.of(), 4));
      compareWaiting(new LineKey("t" + type, Map.of("gpu", "a1"), 4));
    }
    for (TaskState state : TaskState.values()) {
      compareList(state, null, null);
      compareList(state, "t1", null);
      compareList(state, null, "b1");
    }
    compareList(null, null, "b2");
    compareList(null, "t2", "none");
    compareList(null, null, null);
  }

  /** In pages of seven. */
  private void compareList(TaskState state, String type, String batch) {
    List<StoredTask> wanted =
        model.descendingMap().values().stream()
            .filter(task -> state == null || task.state() == state)
            .filter(task -> type == null || task.spec().type().equals(type))
            .filter(
                task ->
                    batch == null
                        || task.spec().batch() != null && task.spec().batch().batch().equals(batch))
            .toList();
    List<StoredTask> listed = new ArrayList<>();
    TaskQuery query = new TaskQuery(state, type, batch, Long.MAX_VALUE, 7, 4 << 20);
    TaskStore.Listing page = store.list(query);
    while (page.next() != 0) {
      listed.addAll(page.tasks());
      page = store.list(query.after(page.next()));
    }
    listed.addAll(page.tasks());
    assertThat(listed).isEqualTo(wanted);
  }

  /** Three at a time. */
  private void compareWaiting(LineKey line) {
    List<StoredTask> wanted =
        model.values().stream()
            .filter(StoredTask::isUntried)
            .filter(task -> LineKey.of(task.spec().type(), task.spec().terms()).equals(line))
            .toList();
    List<StoredTask> found = new ArrayList<>();
    List<StoredTask> next = store.waiting(line, 0, 3, Long.MAX_VALUE);
    while (!next.isEmpty()) {
      assertThat(next).hasSizeLessThanOrEqualTo(3);
      found.addAll(next);
      next = store.waiting(line, next.get(next.size() - 1).spec().id(), 3, Long.MAX_VALUE);
    }
    assertThat(found).isEqualTo(wanted);
  }

  private void compareRecovered() {
    Recovered recovered = store.recovered();
    List<StoredTask> told =
        model.values().stream()
            .filter(
                task ->
                    !task.state().terminal()
                        || task.spec().key() != null
                        || task.spec().batch() != null)
            .toList();
    assertThat(recovered.tasks()).extracting(Kept::task).containsExactlyElementsOf(told);
    assertThat(recovered.lastId()).isEqualTo(lastId);
    Ledger others = recovered.others();
    assertThat(others.submitted() + told.size()).isEqualTo(model.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whatWasWrittenIsThereWheneverItIsOpenedAnew(long seed) throws IOException {
    Life life = new Life(seed);
    for (int step = 0; step < 60; step++) {
      List<Changes> group = new ArrayList<>();
      for (int turns = life.random.nextInt(4); turns >= 0; turns--) {
        group.add(life.turn());
      }
      now += life.random.nextInt(1_000);
      store.write(group, now);
      if (life.random.nextInt(6) == 0) {
        compare();
        reopen();
        compareRecovered();
      }
    }
    compare();
  }

  @Test
  void eachLifeHasAnEpochOfItsOwnAndTheSameId() throws IOException {
    long id = store.id();
    assertThat(store.epoch()).isEqualTo(1);
    reopen();
    reopen();
    assertThat(store.epoch()).isEqualTo(3);
    assertThat(store.id()).isEqualTo(id);
  }

  @Test
  void noMoreIsReadOfALineThanThereIsRoomFor() {
    Life life = new Life(12);
    List<StoredTask> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      lastId++;
      TaskSpec spec =
          new TaskSpec(lastId, "t", Bytes.of("1".repeat(100)), Terms.NONE, null, null, now);
      all.add(
          new StoredTask(
              spec, TaskState.QUEUED, now, new Tries(1, 0, 0, 0), null, null, null, 0, null));
    }
    store.write(List.of(changes(all.toArray(StoredTask[]::new))), now);
    LineKey line = LineKey.of("t", Terms.NONE);
    assertThat(store.waiting(line, 0, 10, 250)).isEqualTo(all.subList(0, 3));
    assertThat(store.waiting(line, lastId - 1, 10, 1)).isEqualTo(all.subList(9, 10));
    store.write(List.of(changes(life.next(all.get(9)))), now);
    assertThat(store.waiting(line, lastId - 2, 10, 1_000)).isEqualTo(all.subList(8, 9));
  }

  @Test
  void manySmallChunksAreGathered() throws IOException {
    Life life = new Life(13);
    for (int i = 0; i < 5_000; i++) {
      StoredTask task = life.single();
      StoredTask end = life.with(task, TaskState.SUCCEEDED, task.tries());
      model.put(task.spec().id(), end);
      store.write(List.of(changes(task)), now);
      store.write(List.of(changes(end)), now);
      now++;
    }
    assertThat(store.chunks()).isLessThan(2_500);
    compare();
    reopen();
    assertThat(store.chunks()).isLessThan(2_500);
    compare();
    now += 2 * HOUR - 3_000;
    store.write(List.of(), now);
    long left = model.keySet().stream().filter(id -> store.read(id) != null).count();
    assertThat(left).as("each is kept for its own time").isBetween(2_500L, 3_500L);
    now += 5_000;
    for (int i = 0; i < 10; i++) {
      store.write(List.of(), now);
    }
    assertThat(model.keySet()).noneMatch(id -> store.read(id) != null);
    assertThat(store.chunks()).isZero();
  }
}
