package dev.errand.dispatcher.store;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import io.vertx.core.Future;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Keeps ended tasks in memory for their retention, and nothing over a restart. Owner: the
 * dispatcher's event loop.
 */
public final class MemoryTaskStore implements TaskStore {

  /** What an ended task takes beside its payload and result, in bytes; a rounded-up estimate. */
  private static final int OVERHEAD_BYTES = 400;

  /**
   * An ended task.
   *
   * @param since when its retention began
   */
  private record Kept(StoredTask task, long since) {}

  private final long id = new SecureRandom().nextLong();
  private final StoreSettings settings;
  private final LongSupplier wallMillis;
  private final Long2ObjectOpenHashMap<StoredTask> ended = new Long2ObjectOpenHashMap<>();

  /** All tasks, ended or not. */
  private final TaskIndex index = new TaskIndex();

  private final ArrayDeque<Kept> succeeded = new ArrayDeque<>();
  private final ArrayDeque<Kept> others = new ArrayDeque<>();

  /** Ended tasks of batches that have not ended; the batch whose first ended first is first. */
  private final Map<String, ArrayDeque<StoredTask>> batches = new LinkedHashMap<>();

  private Consumer<StoredTask> forgotten = task -> {};
  private long bytes;
  private String lastType;
  private Terms lastTerms;
  private LineKey lastLine;

  /**
   * An empty store.
   *
   * @param settings the retention
   * @param wallMillis the clock, in milliseconds since 1970
   */
  public MemoryTaskStore(StoreSettings settings, LongSupplier wallMillis) {
    this.settings = settings;
    this.wallMillis = wallMillis;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public int epoch() {
    return 1;
  }

  @Override
  public void start() {
    // It has nothing to wait for.
  }

  @Override
  public String noRoom() {
    return null;
  }

  @Override
  public Future<Void> append(Changes changes) {
    for (StoredTask each : changes.tasks()) {
      note(each);
      if (each.state().terminal()) {
        keep(each.compact());
      } else if (each.tries().generation() > 1) {
        // It was tried again: its last end is none any more.
        StoredTask before = ended.remove(each.spec().id());
        bytes -= before == null ? 0 : size(before);
      }
    }
    changes.endedBatches().forEach(this::endBatch);
    prune();
    return Future.succeededFuture();
  }

  private void note(StoredTask task) {
    TaskSpec spec = task.spec();
    if (index.find(spec.id())) {
      index.state(task.state());
      return;
    }
    if (spec.type() != lastType || spec.terms() != lastTerms) {
      lastType = spec.type();
      lastTerms = spec.terms();
      lastLine = LineKey.of(lastType, lastTerms);
    }
    String batch = spec.batch() == null ? null : spec.batch().batch();
    index.add(spec.id(), 0, task.state(), spec.key() != null, lastLine, batch);
  }

  private void keep(StoredTask task) {
    ended.put(task.spec().id(), task);
    bytes += size(task);
    if (task.spec().batch() == null) {
      line(task.state()).add(new Kept(task, task.due()));
    } else {
      batches.computeIfAbsent(task.spec().batch().batch(), any -> new ArrayDeque<>()).add(task);
    }
  }

  private ArrayDeque<Kept> line(TaskState state) {
    return state == TaskState.SUCCEEDED ? succeeded : others;
  }

  /** A batch's tasks are kept as long as if they had ended with its last. */
  private void endBatch(String batch) {
    ArrayDeque<StoredTask> tasks = batches.remove(batch);
    if (tasks != null) {
      long now = wallMillis.getAsLong();
      tasks.forEach(task -> line(task.state()).add(new Kept(task, now)));
    }
  }

  private void prune() {
    long now = wallMillis.getAsLong();
    removeBefore(succeeded, now - settings.retentionSucceeded().toMillis());
    removeBefore(others, now - settings.retentionFailed().toMillis());
    while (bytes > settings.retentionBytes() && !(succeeded.isEmpty() && others.isEmpty())) {
      remove(older());
    }
    while (bytes > settings.retentionBytes() && !batches.isEmpty()) {
      removeOfBatch(batches.keySet().iterator().next());
    }
  }

  private ArrayDeque<Kept> older() {
    if (succeeded.isEmpty() || others.isEmpty()) {
      return succeeded.isEmpty() ? others : succeeded;
    }
    return succeeded.peek().since() <= others.peek().since() ? succeeded : others;
  }

  private void removeBefore(ArrayDeque<Kept> tasks, long oldest) {
    while (!tasks.isEmpty() && tasks.peek().since() < oldest) {
      remove(tasks);
    }
  }

  private void remove(ArrayDeque<Kept> tasks) {
    forget(tasks.remove().task());
  }

  /** A batch that has not ended takes no more than all may take either. */
  private void removeOfBatch(String batch) {
    ArrayDeque<StoredTask> tasks = batches.get(batch);
    forget(tasks.remove());
    if (tasks.isEmpty()) {
      batches.remove(batch);
    }
  }

  private void forget(StoredTask oldest) {
    if (ended.get(oldest.spec().id()) == oldest) {
      ended.remove(oldest.spec().id());
      if (index.find(oldest.spec().id())) {
        index.remove();
      }
      bytes -= size(oldest);
      forgotten.accept(oldest);
    }
  }

  private static int size(StoredTask task) {
    return task.bytes() + OVERHEAD_BYTES;
  }

  @Override
  public void onForgotten(Consumer<StoredTask> listener) {
    forgotten = listener;
  }

  @Override
  public void onFailure(Consumer<Throwable> listener) {
    // There is nothing that can fail.
  }

  @Override
  public Future<StoredTask> read(long id) {
    prune();
    return Future.succeededFuture(ended.get(id));
  }

  @Override
  public Future<List<StoredTask>> waiting(LineKey line, long after, int most, long mostBytes) {
    // Whatever waits is in the core.
    return Future.succeededFuture(List.of());
  }

  @Override
  public Future<List<Listed>> list(TaskQuery query) {
    prune();
    List<Listed> found = new ArrayList<>();
    for (long id : index.list(query)) {
      found.add(new Listed(id, ended.get(id)));
    }
    return Future.succeededFuture(found);
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
