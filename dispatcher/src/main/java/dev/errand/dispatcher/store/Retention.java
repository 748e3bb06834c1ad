package dev.errand.dispatcher.store;

import dev.errand.config.settings.StoreSettings;
import dev.errand.protocol.TaskState;
import it.unimi.dsi.fastutil.ints.Int2LongOpenHashMap;
import it.unimi.dsi.fastutil.ints.Int2ObjectLinkedOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayFIFOQueue;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Which chunks have tasks that are to be forgotten next: those with the oldest ends first, of the
 * succeeded and of the others; those of a batch come in when that has ended. It knows chunks, not
 * tasks, so that it takes little however many tasks are kept. Owner: the store's thread.
 */
final class Retention {

  /**
   * Ended tasks of a chunk that are to be forgotten together.
   *
   * @param chunk its number; it may be gone by then
   * @param since when the first of them ended, or when their batch did
   * @param batch number of the batch that they are of; 0: of none
   * @param succeeded whether these are the ones that succeeded, or the others
   */
  record Due(long chunk, long since, int batch, boolean succeeded) {

    private boolean isLike(Due other) {
      return other != null
          && chunk == other.chunk
          && batch == other.batch
          && succeeded == other.succeeded;
    }
  }

  /** Of a batch that has not ended: the chunks with ended tasks of it. */
  private static final class Batch {
    private final LongArrayFIFOQueue chunks = new LongArrayFIFOQueue(2);
    private long newest;
    private long latestEnd;

    private void add(long chunk, long when) {
      latestEnd = Math.max(latestEnd, when);
      if (chunk != newest) {
        chunks.enqueue(chunk);
        newest = chunk;
      }
    }
  }

  private static final Comparator<Due> OLDEST_FIRST = Comparator.comparingLong(Due::since);

  private final StoreSettings settings;
  private final PriorityQueue<Due> succeeded = new PriorityQueue<>(OLDEST_FIRST);
  private final PriorityQueue<Due> others = new PriorityQueue<>(OLDEST_FIRST);
  private final Int2ObjectLinkedOpenHashMap<Batch> batches = new Int2ObjectLinkedOpenHashMap<>();

  /** When batches ended that have. */
  private final Int2LongOpenHashMap batchEnds = new Int2LongOpenHashMap();

  private long chunk;
  private long firstSuccess = Long.MAX_VALUE;
  private long firstOther = Long.MAX_VALUE;
  private Due newestSuccess;
  private Due newestOther;

  Retention(StoreSettings settings) {
    this.settings = settings;
  }

  /**
   * A task has ended.
   *
   * @param in number of the chunk with its last record
   * @param batch number of its batch; 0: it has none
   */
  void ended(long in, TaskState state, long when, int batch) {
    if (batch != 0) {
      ended(in, state == TaskState.SUCCEEDED, when, batch);
      return;
    }
    if (in != chunk) {
      settle();
      chunk = in;
    }
    if (state == TaskState.SUCCEEDED) {
      firstSuccess = Math.min(firstSuccess, when);
    } else {
      firstOther = Math.min(firstOther, when);
    }
  }

  private void ended(long in, boolean success, long when, int batch) {
    if (!batchEnds.containsKey(batch)) {
      batches.computeIfAbsent(batch, any -> new Batch()).add(in, when);
      return;
    }
    Due due = new Due(in, batchEnds.get(batch), batch, success);
    if (!due.isLike(success ? newestSuccess : newestOther)) {
      newestSuccess = success ? due : newestSuccess;
      newestOther = success ? newestOther : due;
      add(due);
    }
  }

  /** No other ends are in the chunk that was last spoken of. */
  void settle() {
    if (firstSuccess != Long.MAX_VALUE) {
      add(new Due(chunk, firstSuccess, 0, true));
      firstSuccess = Long.MAX_VALUE;
    }
    if (firstOther != Long.MAX_VALUE) {
      add(new Due(chunk, firstOther, 0, false));
      firstOther = Long.MAX_VALUE;
    }
  }

  private void add(Due due) {
    (due.succeeded ? succeeded : others).add(due);
  }

  /** A batch has a task that has not ended. */
  void live(int batch) {
    if (!batchEnds.isEmpty()) {
      batchEnds.remove(batch);
    }
  }

  /** A batch has ended: its tasks are kept as long as if they had ended now. */
  void endBatch(int batch, long now) {
    batchEnds.put(batch, now);
    Batch ended = batches.remove(batch);
    while (ended != null && !ended.chunks.isEmpty()) {
      long each = ended.chunks.dequeueLong();
      add(new Due(each, now, batch, true));
      add(new Due(each, now, batch, false));
    }
  }

  /** The same for one that ended in an earlier life: when its last task did. */
  void endBatchAtItsLast(int batch) {
    Batch ended = batches.get(batch);
    if (ended != null) {
      endBatch(batch, ended.latestEnd);
    }
  }

  /** No task of that batch is kept. */
  void forgetBatch(int batch) {
    batchEnds.remove(batch);
    batches.remove(batch);
  }

  /** Some of them ended later, the first of these at that time. */
  void again(Due due, long since) {
    add(new Due(due.chunk, since, due.batch, due.succeeded));
  }

  /**
   * Takes the next ones that are to be forgotten; null if there are none.
   *
   * @param full whether some have to be, if any has ended
   */
  Due next(long now, boolean full) {
    if (isDue(succeeded, latest(true, now))) {
      return succeeded.poll();
    }
    if (isDue(others, latest(false, now))) {
      return others.poll();
    }
    if (!full) {
      return null;
    }
    if (succeeded.isEmpty() && others.isEmpty()) {
      return batches.isEmpty() ? null : ofBatch();
    }
    boolean success =
        others.isEmpty() || !succeeded.isEmpty() && succeeded.peek().since <= others.peek().since;
    return (success ? succeeded : others).poll();
  }

  /** Whoever ended by then is to be forgotten now. */
  long latest(boolean success, long now) {
    return now - (success ? settings.retentionSucceeded() : settings.retentionFailed()).toMillis();
  }

  private static boolean isDue(PriorityQueue<Due> row, long latest) {
    return !row.isEmpty() && row.peek().since < latest;
  }

  /** A batch that has not ended takes no more than all may take either. */
  private Due ofBatch() {
    int number = batches.firstIntKey();
    Batch batch = batches.get(number);
    long oldest = batch.chunks.dequeueLong();
    if (batch.chunks.isEmpty()) {
      batches.remove(number);
    }
    // The ones that succeeded now, the others the next time.
    add(new Due(oldest, Long.MIN_VALUE, number, false));
    return new Due(oldest, Long.MIN_VALUE, number, true);
  }
}
