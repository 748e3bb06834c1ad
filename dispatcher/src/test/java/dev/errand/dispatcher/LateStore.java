package dev.errand.dispatcher;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.store.TaskQuery;
import dev.errand.dispatcher.store.TaskStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A store whose every answer waits for the test. Owner: the event loop. */
final class LateStore implements TaskStore {

  final List<Changes> appended = new ArrayList<>();
  final List<Promise<Void>> appends = new ArrayList<>();
  final List<Promise<StoredTask>> reads = new ArrayList<>();
  Consumer<StoredTask> forgotten;
  Consumer<Throwable> failed;

  /** The answer to all that comes; null: a promise. */
  Future<Void> atOnce;

  @Override
  public long id() {
    return 1;
  }

  @Override
  public Space space() {
    return null;
  }

  @Override
  public int epoch() {
    return 1;
  }

  @Override
  public Future<Void> append(Changes changes) {
    appended.add(changes);
    appends.add(Promise.promise());
    return atOnce == null ? appends.get(appends.size() - 1).future() : atOnce;
  }

  @Override
  public void start() {
    // It is not asked before.
  }

  @Override
  public String noRoom() {
    return null;
  }

  @Override
  public Future<StoredTask> read(long id) {
    reads.add(Promise.promise());
    return reads.get(reads.size() - 1).future();
  }

  @Override
  public Future<List<StoredTask>> waiting(LineKey line, long after, int most, long mostBytes) {
    return Promise.<List<StoredTask>>promise().future();
  }

  @Override
  public Future<Listing> list(TaskQuery query) {
    return Future.succeededFuture(Listing.NOTHING);
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
    return Future.succeededFuture();
  }
}
