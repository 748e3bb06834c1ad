package dev.errand.dispatcher.store;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.EndedTask;
import dev.errand.protocol.TaskState;
import io.vertx.core.Future;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * Keeps ended tasks in memory for their retention, and nothing over a restart. Owner: the
 * dispatcher's event loop.
 */
public final class MemoryTaskStore implements TaskStore {

  /** What an ended task takes beside its payload and result, in bytes; a rounded-up estimate. */
  private static final int OVERHEAD_BYTES = 400;

  private final long id = new SecureRandom().nextLong();
  private final StoreSettings settings;
  private final LongSupplier wallMillis;
  private final Long2ObjectOpenHashMap<EndedTask> ended = new Long2ObjectOpenHashMap<>();
  private final ArrayDeque<EndedTask> succeeded = new ArrayDeque<>();
  private final ArrayDeque<EndedTask> others = new ArrayDeque<>();
  private long bytes;

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
  public Future<Void> append(Changes changes) {
    for (EndedTask each : changes.ended()) {
      EndedTask task = each.compact();
      ended.put(task.spec().id(), task);
      (task.state() == TaskState.SUCCEEDED ? succeeded : others).add(task);
      bytes += size(task);
    }
    prune();
    return Future.succeededFuture();
  }

  private void prune() {
    long now = wallMillis.getAsLong();
    removeBefore(succeeded, now - settings.retentionSucceeded().toMillis());
    removeBefore(others, now - settings.retentionFailed().toMillis());
    while (bytes > settings.retentionBytes()) {
      remove(older());
    }
  }

  private ArrayDeque<EndedTask> older() {
    if (succeeded.isEmpty() || others.isEmpty()) {
      return succeeded.isEmpty() ? others : succeeded;
    }
    return succeeded.peek().finished() <= others.peek().finished() ? succeeded : others;
  }

  private void removeBefore(ArrayDeque<EndedTask> tasks, long oldest) {
    while (!tasks.isEmpty() && tasks.peek().finished() < oldest) {
      remove(tasks);
    }
  }

  private void remove(ArrayDeque<EndedTask> tasks) {
    EndedTask oldest = tasks.remove();
    ended.remove(oldest.spec().id());
    bytes -= size(oldest);
  }

  private static int size(EndedTask task) {
    return task.bytes() + OVERHEAD_BYTES;
  }

  @Override
  public Future<EndedTask> read(long id) {
    prune();
    return Future.succeededFuture(ended.get(id));
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
