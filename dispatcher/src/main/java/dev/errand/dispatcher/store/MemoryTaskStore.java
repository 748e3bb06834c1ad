package dev.errand.dispatcher.store;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Keeps tasks in memory, and nothing over a restart: in chunks as on the disk, which cost the
 * collector less than as many objects. Owner: the dispatcher's event loop.
 */
public final class MemoryTaskStore implements TaskStore {

  private final ChunkStore tasks;
  private final LongSupplier wallMillis;
  private Consumer<StoredTask> forgotten = task -> {};

  /**
   * An empty store.
   *
   * @param settings the retention
   * @param wallMillis the clock, in milliseconds since 1970
   */
  public MemoryTaskStore(StoreSettings settings, LongSupplier wallMillis) {
    this.tasks = ChunkStore.inMemory(settings);
    this.wallMillis = wallMillis;
  }

  @Override
  public long id() {
    return tasks.id();
  }

  @Override
  public int epoch() {
    return tasks.epoch();
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
    write(List.of(changes));
    return Future.succeededFuture();
  }

  private void write(List<Changes> group) {
    tasks.write(group, wallMillis.getAsLong());
    tasks.forgotten().forEach(forgotten);
  }

  /** What is due is forgotten before anybody sees it. */
  private void forget() {
    write(List.of());
  }

  @Override
  public Future<StoredTask> read(long id) {
    forget();
    return Future.succeededFuture(tasks.read(id));
  }

  @Override
  public Future<List<StoredTask>> waiting(LineKey line, long after, int most, long mostBytes) {
    return Future.succeededFuture(tasks.waiting(line, after, most, mostBytes));
  }

  @Override
  public Future<List<Listed>> list(TaskQuery query) {
    forget();
    return Future.succeededFuture(tasks.list(query));
  }

  @Override
  public void onForgotten(Consumer<StoredTask> listener) {
    forgotten = listener;
  }

  @Override
  public void onFailure(Consumer<Throwable> listener) {
    // Memory does not fail by itself.
  }

  @Override
  public Future<Void> close() {
    tasks.close();
    return Future.succeededFuture();
  }
}
