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

  /** What it takes of its disk; null if it has none, or that is not known yet. */
  Space space();

  /**
   * Of a disk, some seconds ago.
   *
   * @param bytes that the store's files have
   * @param freeBytes that are left there
   */
  record Space(long bytes, long freeBytes) {}

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
  Future<Listing> list(TaskQuery query);

  /**
   * A part of a list.
   *
   * @param tasks their last records; of what has not ended the core may know more
   * @param next the {@link TaskQuery#before} of what comes behind them; 0: nothing does
   */
  record Listing(List<StoredTask> tasks, long next) {

    /** Nothing. */
    public static final Listing NOTHING = new Listing(List.of(), 0);
  }

  /**
   * Who is to be told of each task that is kept no more, if it has failed, a key, or a batch:
   * without payload and result.
   */
  void onForgotten(Consumer<StoredTask> listener);

  /** Who is to be told, once, when it fails, whether or not anybody waits for it. */
  void onFailure(Consumer<Throwable> listener);

  /** Frees what it holds. */
  Future<Void> close();
}
