package dev.errand.dispatcher.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Makes changes durable when the test wants it. Looks that each task begins and ends once. */
final class VirtualStore {

  /** Whether changes wait for {@link #record}. */
  boolean slow;

  /** Whether nothing at all becomes durable. */
  boolean stuck;

  final Map<Long, StoredTask> ended = new LinkedHashMap<>();

  /** The last durable record of each task, in the order of their ids. */
  final Map<Long, StoredTask> tasks = new TreeMap<>();

  final Map<String, TypeSettings> types = new TreeMap<>();
  final List<String> endedBatches = new ArrayList<>();
  final List<StoredTask> retried = new ArrayList<>();
  private final Set<Long> submitted = new HashSet<>();
  private final ArrayDeque<Changes> waiting = new ArrayDeque<>();
  private long recorded;
  private long lastId;

  void append(Changes changes) {
    waiting.add(changes);
    record(slow ? 0 : waiting());
  }

  /**
   * The oldest so many urgent batches of changes are durable now, with the others until the next.
   */
  void record(int urgent) {
    int left = urgent;
    while (!stuck && !waiting.isEmpty() && (left > 0 || !waiting.peek().urgent())) {
      Changes changes = waiting.remove();
      left -= changes.urgent() ? 1 : 0;
      assertThat(changes.number()).isEqualTo(++recorded);
      changes.tasks().forEach(this::keep);
      changes.types().forEach(type -> types.put(type.type(), type));
      endedBatches.addAll(changes.endedBatches());
      retried.addAll(changes.retried());
    }
  }

  /** What was not durable never was. */
  void restart() {
    waiting.clear();
    recorded = 0;
    stuck = false;
  }

  private void keep(StoredTask task) {
    tasks.put(task.spec().id(), task);
    if (!submitted.contains(task.spec().id())) {
      submitted(task.spec());
    }
    if (task.state().terminal()) {
      ended(task);
    } else {
      ended.remove(task.spec().id());
    }
  }

  private void submitted(TaskSpec task) {
    assertThat(task.id()).as("ids ascend").isGreaterThan(lastId);
    lastId = task.id();
    submitted.add(task.id());
  }

  private void ended(StoredTask task) {
    assertThat(submitted).contains(task.spec().id());
    assertThat(ended.put(task.spec().id(), task)).as("it ended before").isNull();
  }

  /** The next untried tasks of a line. */
  List<StoredTask> next(DispatcherCore.Load load) {
    return tasks.values().stream()
        .filter(task -> task.spec().id() > load.after() && task.isUntried())
        .filter(task -> LineKey.of(task.spec().type(), task.spec().terms()).equals(load.line()))
        .limit(load.most())
        .toList();
  }

  /** Number of the last changes that are durable. */
  long recorded() {
    return recorded;
  }

  /** Urgent batches of changes that are not durable. */
  int waiting() {
    return (int) waiting.stream().filter(Changes::urgent).count();
  }

  /** Ends of tasks that are not durable. */
  int waitingEnds() {
    return waiting.stream().mapToInt(changes -> ends(changes)).sum();
  }

  private static int ends(Changes changes) {
    return (int) changes.tasks().stream().filter(task -> task.state().terminal()).count();
  }
}
