package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Makes changes durable when the test wants it. Looks that each task begins and ends once. */
final class VirtualStore {

  /** Whether changes wait for {@link #record}. */
  boolean slow;

  final Map<Long, EndedTask> ended = new LinkedHashMap<>();
  private final Set<Long> submitted = new HashSet<>();
  private final ArrayDeque<Changes> waiting = new ArrayDeque<>();
  private long recorded;
  private long lastId;

  void append(Changes changes) {
    waiting.add(changes);
    if (!slow) {
      record(waiting.size());
    }
  }

  /** The oldest so many batches of changes are durable now. */
  void record(int batches) {
    for (int i = 0; i < batches; i++) {
      Changes changes = waiting.remove();
      assertThat(changes.number()).isEqualTo(++recorded);
      changes.submitted().forEach(this::submitted);
      changes.ended().forEach(this::ended);
    }
  }

  private void submitted(TaskSpec task) {
    assertThat(task.id()).as("ids ascend").isGreaterThan(lastId);
    lastId = task.id();
    submitted.add(task.id());
  }

  private void ended(EndedTask task) {
    assertThat(submitted).contains(task.spec().id());
    assertThat(ended.put(task.spec().id(), task)).as("it ended before").isNull();
  }

  /** Number of the last changes that are durable. */
  long recorded() {
    return recorded;
  }

  /** Batches of changes that are not durable. */
  int waiting() {
    return waiting.size();
  }

  /** Ends of tasks that are not durable. */
  int waitingEnds() {
    return waiting.stream().mapToInt(changes -> changes.ended().size()).sum();
  }
}
