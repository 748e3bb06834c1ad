package dev.errand.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.LineKey;
import dev.errand.protocol.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Few tasks that stay of many do not keep the room of all. */
class TaskIndexTest {

  private static final int TASKS = 1_000_000;
  private static final int STAYS = 1_000;

  /** Two pages of which half a page could hold all become one. */
  private static final int LEAST_IN_PAGE = 64;

  private record Task(TaskState state, String type, String batch) {}

  private final TaskIndex index = new TaskIndex();
  private final TreeMap<Long, Task> left = new TreeMap<>();

  private static Task task(long id) {
    // Long stretches are alike, as they are mostly.
    String batch = id % 7_000 < 2_000 ? "b" + id / 7_000 % 3 : null;
    TaskState state = id % 3_000 == 0 ? TaskState.CANCELLED : TaskState.FAILED;
    return new Task(state, id % 20_000 < 10_000 ? "t1" : "t" + id % 4, batch);
  }

  private void add(long id) {
    Task task = task(id);
    index.add(id, (int) id, task.state, false, new LineKey(task.type, Map.of(), 4), task.batch);
    left.put(id, task);
  }

  private void remove(long id) {
    assertThat(index.find(id)).isTrue();
    index.remove();
    left.remove(id);
  }

  /** In pages of a hundred. */
  private List<Long> found(TaskState state, String type, String batch) {
    List<Long> found = new ArrayList<>();
    List<Long> next = index.list(new TaskQuery(state, type, batch, Long.MAX_VALUE, 100, 0));
    while (!next.isEmpty()) {
      found.addAll(next);
      long last = next.get(next.size() - 1);
      next = index.list(new TaskQuery(state, type, batch, last, 100, 0));
    }
    return found;
  }

  private List<Long> wanted(Predicate<Task> which) {
    return left.descendingMap().entrySet().stream()
        .filter(each -> which.test(each.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void compare() {
    for (Map.Entry<Long, Task> each : left.entrySet()) {
      assertThat(index.find(each.getKey())).isTrue();
      assertThat(index.state()).isEqualTo(each.getValue().state);
      assertThat(index.whole()).isEqualTo(index.last()).isEqualTo(each.getKey().intValue());
      assertThat(index.batch()).isEqualTo(index.batch(each.getValue().batch));
    }
    assertThat(index.size()).isEqualTo(left.size());
    assertThat(found(null, "t1", null)).isEqualTo(wanted(task -> task.type.equals("t1")));
    assertThat(found(null, "t3", null)).isEqualTo(wanted(task -> task.type.equals("t3")));
    assertThat(found(null, null, "b1")).isEqualTo(wanted(task -> "b1".equals(task.batch)));
    assertThat(found(TaskState.CANCELLED, null, null))
        .isEqualTo(wanted(task -> task.state == TaskState.CANCELLED));
  }

  @Test
  void fewThatStayAreInFewPages() {
    for (long id = 1; id <= TASKS; id++) {
      add(id);
    }
    for (long id = 1; id <= TASKS; id++) {
      if (id % STAYS != 0) {
        remove(id);
      }
    }
    assertThat(index.pages()).isLessThanOrEqualTo(TASKS / STAYS / LEAST_IN_PAGE + 1);
    compare();
    for (long id = TASKS + 1; id <= TASKS + 1_000; id++) {
      add(id);
    }
    compare();
    left.keySet().stream().filter(id -> id % 5 != 0).toList().forEach(this::remove);
    compare();
    List.copyOf(left.descendingKeySet()).forEach(this::remove);
    assertThat(index.pages()).isZero();
  }

  /** Ids that come late, that come again, and gaps of all sizes. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatComesAndGoesInAnyOrderIsFound(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long newest = 0;
    for (int step = 0; step < 60_000; step++) {
      int kind = random.nextInt(100);
      long any = random.nextLong(newest + 1);
      if (kind < 50) {
        newest += 1 + random.nextLong(seed);
        add(newest);
      } else if (kind < 60 && any > 0 && !left.containsKey(any)) {
        add(any);
      } else if (kind < 95 && left.ceilingKey(any) != null) {
        remove(left.ceilingKey(any));
      } else {
        assertThat(index.find(any)).isEqualTo(left.containsKey(any));
        assertThat(index.after(any) ? Long.valueOf(index.id()) : null)
            .isEqualTo(left.higherKey(any));
      }
    }
    compare();
    walk();
    // The oldest go first, as they mostly do.
    List.copyOf(left.keySet()).subList(0, left.size() / 2).forEach(this::remove);
    compare();
    walk();
  }

  private void walk() {
    List<Long> all = new ArrayList<>();
    for (boolean more = index.after(0); more; more = index.after(index.id())) {
      all.add(index.id());
    }
    assertThat(all).containsExactlyElementsOf(left.keySet());
  }
}
