package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compared with a sorted map. */
class TaskTableTest {

  private final TaskTable table = new TaskTable();
  private final TreeMap<Long, LiveTask> model = new TreeMap<>();
  private final TaskQueue queue = new TaskQueue(null, Map.of());

  private void add(long id) {
    TaskSpec spec = new TaskSpec(id, "any", Bytes.of("1"), Terms.NONE, null, null, 1);
    LiveTask task = new LiveTask(spec, queue);
    table.add(task);
    model.put(id, task);
  }

  private void remove(long id) {
    table.remove(model.remove(id));
  }

  private void compare() {
    List<LiveTask> all = new ArrayList<>();
    table.forEach(all::add);
    assertThat(all).containsExactlyInAnyOrderElementsOf(model.values());
    assertThat(table.size()).isEqualTo(model.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void hasWhatASortedMapHas(long seed) {
    Random random = new Random(seed);
    List<Long> ended = new ArrayList<>();
    long last = 0;
    int keep = 1 << random.nextInt(12);
    for (int step = 0; step < 50_000; step++) {
      int choice = random.nextInt(100);
      if (choice < 45) {
        last += 1 + random.nextInt(5);
        add(last);
      } else if (choice < 50 && !ended.isEmpty()) {
        // Tried again.
        add(ended.remove(random.nextInt(ended.size())));
      } else if (!model.isEmpty() && (choice < 90 || model.size() > keep)) {
        Long some = model.ceilingKey(1 + (long) (random.nextDouble() * last));
        long id = random.nextInt(10) == 0 || some == null ? model.firstKey() : some;
        remove(id);
        ended.add(id);
      }
      long any = (long) (random.nextDouble() * (last + 2));
      assertThat(table.get(any)).isSameAs(model.get(any));
      if (step % 1_000 == 0) {
        compare();
      }
    }
    compare();
    new ArrayList<>(model.keySet()).forEach(this::remove);
    compare();
    assertThat(table.get(last)).isNull();
  }

  @Test
  void anEmptyOneHasNothing() {
    assertThat(table.size()).isZero();
    assertThat(table.get(0)).isNull();
    assertThat(table.get(Long.MAX_VALUE)).isNull();
    compare();
  }

  @Test
  void oneThatLivesLongIsFoundAmongManyThatWere() {
    add(1);
    for (long id = 2; id < 100_000; id++) {
      add(id);
      remove(id);
    }
    assertThat(table.get(1)).isSameAs(model.get(1L));
    assertThat(table.get(99_999)).isNull();
    compare();
  }

  @Test
  void oneThatIsTriedAgainAndAgainIsFoundEachTime() {
    add(1);
    add(2);
    for (int i = 0; i < 1_000; i++) {
      remove(1);
      assertThat(table.get(1)).isNull();
      add(1);
      assertThat(table.get(1)).isSameAs(model.get(1L));
    }
    remove(2);
    add(2);
    compare();
  }
}
