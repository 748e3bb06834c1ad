package dev.errand.dispatcher.store;

import static dev.errand.dispatcher.core.EndedTasks.changes;
import static dev.errand.dispatcher.core.EndedTasks.retried;
import static dev.errand.dispatcher.core.EndedTasks.retry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes with its time or for want of room, and what must not come back. */
class ForgettingTest extends ChunkStoreFixture {

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25, 26})
  void whatWasForgottenDoesNotComeBack(long seed) throws IOException {
    Life life = new Life(seed);
    for (int step = 0; step < 80; step++) {
      store.write(List.of(life.turn()), now);
      now += life.random.nextInt((int) HOUR);
      store.write(List.of(), now);
      long submitted = lastSubmitted();
      model.keySet().removeIf(id -> store.read(id) == null);
      store.forgotten();
      if (life.random.nextInt(6) == 0) {
        TreeMap<Long, StoredTask> before = new TreeMap<>(model);
        reopen();
        before.forEach((id, task) -> assertThat(store.read(id)).isEqualTo(task));
        assertThat(ids().filter(id -> store.read(id) != null).boxed())
            .containsExactlyElementsOf(before.keySet());
        assertThat(lastSubmitted()).isEqualTo(submitted);
      }
    }
    assertThat(lastSubmitted()).as("some were forgotten").isGreaterThan(model.size() + 50L);
  }

  private LongStream ids() {
    return LongStream.rangeClosed(1_000, lastId);
  }

  /** How many tasks there ever were, by the store's books. */
  private long lastSubmitted() {
    Recovered recovered = store.recovered();
    long told = StreamSupport.stream(recovered.tasks().spliterator(), false).count();
    return recovered.others().submitted() + told;
  }

  @Test
  void endedTasksAreForgottenAfterTheirRetentionAndStayCounted() throws IOException {
    Life life = new Life(7);
    List<StoredTask> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add(life.submitted());
    }
    store.write(List.of(changes(all.toArray(StoredTask[]::new))), now);
    StoredTask[] ends =
        all.stream()
            .map(task -> life.with(task, TaskState.SUCCEEDED, task.tries()))
            .toArray(StoredTask[]::new);
    store.write(List.of(changes(ends)), now);
    reopen();
    List<StoredTask> taken = store.forgotten();
    now += 2 * HOUR + 1;
    store.write(List.of(), now);
    assertThat(taken).as("another thread may read it by now").isEmpty();
    long kept = all.stream().filter(task -> store.read(task.spec().id()) != null).count();
    assertThat(kept).isZero();
    assertThat(store.forgotten())
        .allMatch(task -> task.spec().key() != null || task.spec().batch() != null)
        .isNotEmpty();
    reopen();
    assertThat(store.recovered().tasks()).isEmpty();
    assertThat(store.recovered().others().succeeded()).isEqualTo(500);
    assertThat(store.recovered().lastId()).isEqualTo(lastId);
  }

  @Test
  void whatHadFailedIsToldOfAlsoWithoutKeyAndBatch() {
    Life life = new Life(7);
    StoredTask task = life.single();
    while (task.spec().key() != null) {
      task = life.single();
    }
    store.write(List.of(changes(task, life.with(task, TaskState.FAILED, task.tries()))), now);
    now += 5 * HOUR + 1;
    store.write(List.of(), now);
    assertThat(store.read(task.spec().id())).isNull();
    assertThat(store.forgotten())
        .extracting(gone -> gone.spec().id())
        .containsExactly(task.spec().id());
  }

  @Test
  void aTaskThatWasTriedAgainIsKeptFromItsLastEnd() {
    Life life = new Life(8);
    StoredTask task = life.single();
    StoredTask first = life.with(task, TaskState.FAILED, task.tries());
    store.write(List.of(changes(task, first)), now);
    StoredTask again = life.with(first, TaskState.QUEUED, new Tries(2, 0, 0, 0));
    now += 4 * HOUR;
    StoredTask second = life.with(again, TaskState.FAILED, again.tries());
    store.write(List.of(changes(again), changes(second)), now);
    now += 2 * HOUR;
    store.write(List.of(), now);
    assertThat(store.read(task.spec().id())).isEqualTo(second);
    now += 3 * HOUR + 1;
    store.write(List.of(), now);
    assertThat(store.read(task.spec().id())).isNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTaskThatIsTriedAgainWhenItWasJustForgottenCountsOnce(boolean atOnce) throws IOException {
    Life life = new Life(14);
    StoredTask task = life.single();
    StoredTask end = life.with(task, TaskState.FAILED, task.tries());
    StoredTask other = life.single();
    store.write(List.of(changes(task, end, other)), now);
    StoredTask read = store.read(task.spec().id());
    now += 5 * HOUR + 1;
    if (!atOnce) {
      store.write(List.of(), now);
    }
    store.write(List.of(retry(read)), now);
    assertThat(store.read(task.spec().id())).isEqualTo(retried(end));
    for (int lives = 0; lives < 2; lives++) {
      assertThat(lastSubmitted()).isEqualTo(2);
      reopen();
      assertThat(store.read(task.spec().id())).isEqualTo(retried(end));
    }
    StoredTask again = life.with(retried(end), TaskState.SUCCEEDED, new Tries(2, 1, 0, 0));
    store.write(List.of(changes(again)), now);
    now += 2 * HOUR + 1;
    store.write(List.of(), now);
    reopen();
    assertThat(store.read(task.spec().id())).isNull();
    assertThat(lastSubmitted()).isEqualTo(2);
    assertThat(store.recovered().others().failed()).isZero();
  }

  @Test
  void theOldestEndedGoWhenTheyTakeTooMuch() throws IOException {
    bytes = 200_000;
    reopen();
    Life life = new Life(9);
    for (int i = 0; i < 2_000; i++) {
      StoredTask task = life.single();
      model.put(task.spec().id(), task);
      store.write(
          List.of(changes(task), changes(life.with(task, TaskState.SUCCEEDED, task.tries()))), now);
    }
    assertThat(store.bytes()).isLessThanOrEqualTo(bytes + 50_000);
    assertThat(store.read(model.firstKey())).isNull();
    assertThat(store.read(model.lastKey())).isNotNull();
  }

  @Test
  void fewThatWaitDoNotKeepAllThatCameWithThem() throws IOException {
    Life life = new Life(10);
    StoredTask stays = life.submitted();
    String large = "\"" + "x".repeat(1_000_000) + "\"";
    for (int i = 0; i < 200; i++) {
      StoredTask first = life.submitted();
      TaskSpec spec =
          new TaskSpec(first.spec().id(), "large", Bytes.of(large), Terms.NONE, null, null, now);
      StoredTask big =
          new StoredTask(spec, TaskState.QUEUED, now, first.tries(), null, null, null, 0, null);
      StoredTask small = life.submitted();
      StoredTask alike = life.submitted();
      StoredTask more = life.submitted();
      store.write(List.of(changes(big, small, alike, more)), now);
      List.of(big, alike, more)
          .forEach(
              task ->
                  store.write(
                      List.of(changes(life.with(task, TaskState.SUCCEEDED, task.tries()))), now));
      model.put(small.spec().id(), small);
      now += 3 * HOUR;
    }
    store.write(List.of(changes(stays)), now);
    assertThat(store.bytes()).isLessThan(100L << 20);
    model.values().forEach(task -> assertThat(store.read(task.spec().id())).isEqualTo(task));
    reopen();
    model.values().forEach(task -> assertThat(store.read(task.spec().id())).isEqualTo(task));
  }
}
