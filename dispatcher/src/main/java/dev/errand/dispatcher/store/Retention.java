package dev.errand.dispatcher.store;

import dev.errand.config.settings.StoreSettings;
import dev.errand.protocol.TaskState;
import it.unimi.dsi.fastutil.ints.Int2ObjectLinkedOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayFIFOQueue;

/**
 * In which order ended tasks are forgotten: the succeeded and the others in a row each, the oldest
 * first; those of a batch come in when that has ended. Owner: the store's thread.
 */
final class Retention {

  /** Ended tasks: their ids, when they ended, and since when that counts, all in the same order. */
  private static final class Row {
    private final LongArrayFIFOQueue ids = new LongArrayFIFOQueue();
    private final LongArrayFIFOQueue ends = new LongArrayFIFOQueue();
    private final LongArrayFIFOQueue since = new LongArrayFIFOQueue();
    private long latest;

    private void add(long task, long end, long from) {
      ids.enqueue(task);
      ends.enqueue(end);
      since.enqueue(from);
      latest = Math.max(latest, end);
    }

    private boolean isEmpty() {
      return ids.isEmpty();
    }
  }

  private final StoreSettings settings;
  private final Row succeeded = new Row();
  private final Row others = new Row();

  /** Of batches that have not ended: the succeeded of each, and the others. */
  private final Int2ObjectLinkedOpenHashMap<Row[]> batches = new Int2ObjectLinkedOpenHashMap<>();

  private long id;
  private long end;

  Retention(StoreSettings settings) {
    this.settings = settings;
  }

  /**
   * A task has ended.
   *
   * @param batch number of its batch, if that has not ended; else 0
   */
  void ended(long task, TaskState state, long when, int batch) {
    boolean success = state == TaskState.SUCCEEDED;
    if (batch == 0) {
      (success ? succeeded : others).add(task, when, when);
    } else {
      Row[] rows = batches.computeIfAbsent(batch, any -> new Row[] {new Row(), new Row()});
      rows[success ? 0 : 1].add(task, when, when);
    }
  }

  /** A batch has ended: its tasks are kept as long as if they had ended now. */
  void endBatch(int batch, long now) {
    Row[] rows = batches.remove(batch);
    if (rows != null) {
      moveAll(rows[0], succeeded, now);
      moveAll(rows[1], others, now);
    }
  }

  /** The same for one that ended in an earlier life: when its last task did. */
  void endBatchAtItsLast(int batch) {
    Row[] rows = batches.get(batch);
    if (rows != null) {
      endBatch(batch, Math.max(rows[0].latest, rows[1].latest));
    }
  }

  private static void moveAll(Row from, Row to, long now) {
    while (!from.isEmpty()) {
      to.add(from.ids.dequeueLong(), from.ends.dequeueLong(), now);
    }
  }

  /**
   * Goes to the next one that is to be forgotten, if there is one.
   *
   * @param full whether there has to be one, if any has ended
   */
  boolean next(long now, boolean full) {
    if (isDue(succeeded, now - settings.retentionSucceeded().toMillis())) {
      return take(succeeded);
    }
    if (isDue(others, now - settings.retentionFailed().toMillis())) {
      return take(others);
    }
    if (!full) {
      return false;
    }
    if (succeeded.isEmpty() && others.isEmpty()) {
      return !batches.isEmpty() && takeOfBatch();
    }
    boolean success =
        others.isEmpty()
            || !succeeded.isEmpty() && succeeded.since.firstLong() <= others.since.firstLong();
    return take(success ? succeeded : others);
  }

  private static boolean isDue(Row row, long oldest) {
    return !row.isEmpty() && row.since.firstLong() < oldest;
  }

  private boolean take(Row row) {
    id = row.ids.dequeueLong();
    end = row.ends.dequeueLong();
    row.since.dequeueLong();
    return true;
  }

  /** A batch that has not ended takes no more than all may take either. */
  private boolean takeOfBatch() {
    int batch = batches.firstIntKey();
    Row[] rows = batches.get(batch);
    take(rows[0].isEmpty() ? rows[1] : rows[0]);
    if (rows[0].isEmpty() && rows[1].isEmpty()) {
      batches.remove(batch);
    }
    return true;
  }

  /** The task that {@link #next} found. */
  long id() {
    return id;
  }

  /** When that end of it was: it may have been tried again since. */
  long end() {
    return end;
  }
}
