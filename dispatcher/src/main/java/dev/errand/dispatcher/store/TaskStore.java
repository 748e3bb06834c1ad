package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps tasks. Called on the dispatcher's event loop, which never waits: whatever takes time
 * completes a future later.
 */
public interface TaskStore {

  /** Tells this store's tasks from those of any other store. */
  long id();

  /** Which life of a dispatcher on this store this is, from 1. */
  int epoch();

  /** From now on changes are taken: what earlier lives have left has been read. */
  void start();

  /**
   * Takes a turn's changes.
   *
   * @return completes when they and all before them are durable; fails if that can't be, and then
   *     the dispatcher must not go on
   */
  Future<Void> append(Changes changes);

  /**
   * Why nothing new can be taken at the moment, for people; null while there is room. What has been
   * taken goes on.
   */
  String noRoom();

  /**
   * A task that has ended, or waits where only the store has it.
   *
   * @return null if it is not kept, or not any more; fails if it can't be read, and then the
   *     dispatcher must not go on: that goes for all that is asked
   */
  Future<StoredTask> read(long id);

  /**
   * The next untried tasks of a line, in their order: those that its queue has no room for.
   *
   * @param after only ids above
   * @param most so many at most
   * @param mostBytes no more once payloads are that large together
   */
  Future<List<StoredTask>> waiting(LineKey line, long after, int most, long mostBytes);

  /** Tasks, the newest first. */
  Future<List<Listed>> list(TaskQuery query);

  /**
   * A task in a list.
   *
   * @param task its last record; null: it has not ended, and only the core has it
   */
  record Listed(long id, StoredTask task) {}

  /** Who is to be told of each ended task that is kept no more. */
  void onForgotten(Consumer<StoredTask> listener);

  /** Who is to be told, once, when it fails, whether or not anybody waits for it. */
  void onFailure(Consumer<Throwable> listener);

  /** Frees what it holds. */
  Future<Void> close();
}
