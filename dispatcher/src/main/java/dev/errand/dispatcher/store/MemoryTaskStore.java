package dev.errand.dispatcher.store;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keeps tasks in memory, and nothing over a restart: in chunks as on the disk, which cost the
 * collector less than as many objects. Owner: the dispatcher's event loop.
 */
public final class MemoryTaskStore implements TaskStore {

  private final ChunkStore tasks;
  private final LongSupplier wallMillis;
  private Consumer<StoredTask> forgotten = task -> {};
  private Consumer<Throwable> failed = e -> {};
  private Throwable failure;

  /**
   * An empty store.
   *
   * @param settings the retention
   * @param wallMillis the clock, in milliseconds since 1970
   */
  public MemoryTaskStore(StoreSettings settings, LongSupplier wallMillis) {
    this(ChunkStore.of(settings, new HeapPlace()), wallMillis);
  }

  MemoryTaskStore(ChunkStore tasks, LongSupplier wallMillis) {
    this.tasks = tasks;
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
  public Space space() {
    return null;
  }

  @Override
  public Future<Void> append(Changes changes) {
    return ask(
        () -> {
          write(List.of(changes));
          return null;
        });
  }

  private void write(List<Changes> group) {
    tasks.write(group, wallMillis.getAsLong());
    tasks.forgotten().forEach(forgotten);
  }

  /** Some of what is due goes with each question, too. */
  private void forget() {
    write(List.of());
  }

  @Override
  public Future<StoredTask> read(long id) {
    return ask(
        () -> {
          forget();
          StoredTask task = tasks.read(id);
          return task == null ? null : task.compact();
        });
  }

  @Override
  public Future<List<StoredTask>> waiting(LineKey line, long after, int most, long mostBytes) {
    return ask(() -> tasks.waiting(line, after, most, mostBytes));
  }

  @Override
  public Future<Listing> list(TaskQuery query) {
    return ask(
        () -> {
          forget();
          return tasks.list(query);
        });
  }

  /** When memory runs out in between, nobody knows what is kept: then nothing is any more. */
  private <T> Future<T> ask(Supplier<T> question) {
    if (failure == null) {
      try {
        return Future.succeededFuture(question.get());
      } catch (Throwable e) {
        failure = e;
        failed.accept(e);
      }
    }
    return Future.failedFuture(failure);
  }

  @Override
  public void onForgotten(Consumer<StoredTask> listener) {
    forgotten = listener;
  }

  @Override
  public void onFailure(Consumer<Throwable> listener) {
    failed = listener;
  }

  @Override
  public Future<Void> close() {
    tasks.close();
    return Future.succeededFuture();
  }
}
