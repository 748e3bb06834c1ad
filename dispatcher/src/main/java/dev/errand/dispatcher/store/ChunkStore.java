package dev.errand.dispatcher.store;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import dev.errand.protocol.frame.MalformedFrameException;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongList;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;

/**
 * Tasks on a disk, or in the heap. A group of changes becomes up to three chunks, by how long they
 * will be of use: tasks that are new, ends, and what happens in between. They are written at once,
 * whole or not at all. Where the records of each task are is in memory ({@link TaskIndex}), and is
 * found out anew at each start. Owner: at first the thread that opens it, then the store's.
 */
final class ChunkStore implements AutoCloseable {

  private static final int MOST_FORGOTTEN_AT_ONCE = 2_000;
  private static final long SPARSE_BYTES = 64L << 20;

  /** Beside its payload a waiting task takes about that. */
  private static final int OVERHEAD_BYTES = 64;

  /** Ends of one chunk lie no further apart, if it was not written anew. */
  private static final long TOGETHER_MILLIS = 1_000;

  private final StoreSettings settings;
  private final ChunkPlace place;
  private final Notes notes;
  private final ChunkRecords records;
  private final TaskIndex index = new TaskIndex();
  private final ChunkTable chunks = new ChunkTable();
  private final Retention retention;
  private final ChunkWriter fresh = new ChunkWriter();
  private final ChunkWriter moves = new ChunkWriter();
  private final ChunkWriter ends = new ChunkWriter();
  private final ChunkWriter graves = new ChunkWriter();
  private List<StoredTask> forgotten = new ArrayList<>();
  private String lastType;
  private Terms lastTerms;
  private LineKey lastLine;
  private long lastChunk;

  /** What the chunks hold because of tasks that have not ended. */
  private long liveBytes;

  private ChunkStore(StoreSettings settings, ChunkPlace place) {
    this.settings = settings;
    this.place = place;
    this.notes = place.notes();
    this.records = new ChunkRecords(place);
    this.retention = new Retention(settings);
  }

  /** A store in a place where nothing is yet. */
  static ChunkStore of(StoreSettings settings, ChunkPlace place) {
    return new ChunkStore(settings, place);
  }

  /**
   * Opens the store of a folder, and begins a new epoch. Blocks.
   *
   * @throws StoreException if that can't be
   */
  static ChunkStore open(StoreSettings settings) {
    DiskPlace place = DiskPlace.open(settings.path());
    try {
      ChunkStore store = new ChunkStore(settings, place);
      place.readAll(store::replay);
      store.replayed(place);
      return store;
    } catch (RocksDBException | MalformedFrameException | IOException e) {
      throw closed(place, place.unusable(e));
    } catch (RuntimeException e) {
      throw closed(place, e);
    }
  }

  private static RuntimeException closed(ChunkPlace place, RuntimeException why) {
    try {
      place.close();
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
    return why;
  }

  StoreException damaged(Exception e) {
    return place.damaged(e);
  }

  // What is read at the start.

  private void replayed(DiskPlace place) throws RocksDBException, IOException {
    lastChunk = place.check(lastChunk, chunks.size(), chunks.sum());
    retention.settle();
    chunks.allFound();
    notes.given(index.newest());
    endBatchesThatHaveEnded();
    place.beginLife(++lastChunk, chunks.size(), chunks.sum());
  }

  private void replay(long number, ChunkReader reader) throws MalformedFrameException {
    lastChunk = number;
    int chunk = chunks.found(number, reader.bytes());
    while (reader.next()) {
      boolean known = index.find(reader.id());
      if (reader.isForgotten()) {
        if (known) {
          bury(chunk);
        }
        continue;
      }
      if (!known && !reader.isWhole()) {
        // It was forgotten, and other records keep the chunk.
        continue;
      }
      if (known) {
        point(chunk, reader.state(), reader.payloadBytes());
        if (reader.isWhole()) {
          whole(chunk);
        }
      } else {
        add(chunk, reader);
      }
      index.untried(reader.isUntried());
      if (reader.state().terminal()) {
        retention.ended(number, reader.state(), reader.due(), index.batch());
      }
    }
  }

  private void add(int chunk, ChunkReader reader) throws MalformedFrameException {
    LineKey line = line(reader.type(), reader.terms());
    index.add(reader.id(), chunk, reader.state(), reader.isKeyed(), line, reader.batchName());
    added(chunk, reader.payloadBytes());
  }

  private LineKey line(String type, Terms terms) {
    if (type != lastType || terms != lastTerms) {
      lastType = type;
      lastTerms = terms;
      lastLine = LineKey.of(type, terms);
    }
    return lastLine;
  }

  /** Batches whose tasks have all ended count from the last end. */
  private void endBatchesThatHaveEnded() {
    boolean[] live = new boolean[index.batchBound()];
    for (boolean more = index.after(0); more; more = index.after(index.id())) {
      live[index.batch()] |= !index.state().terminal();
    }
    for (int batch = 1; batch < live.length; batch++) {
      if (!live[batch]) {
        retention.endBatchAtItsLast(batch);
      }
    }
  }

  /** What earlier lives have left. */
  Recovered recovered() {
    long[] counts = notes.forgotten();
    for (boolean more = index.after(0); more; more = index.after(index.id())) {
      if (!ToldTasks.isTold(index)) {
        counts[index.state().ordinal()]++;
      }
    }
    long succeeded = counts[TaskState.SUCCEEDED.ordinal()];
    long failed = counts[TaskState.FAILED.ordinal()];
    long cancelled = counts[TaskState.CANCELLED.ordinal()];
    Ledger others =
        new Ledger(succeeded + failed + cancelled, 0, 0, 0, succeeded, failed, cancelled);
    try {
      return new Recovered(() -> new ToldTasks(this, index), notes.types(), others, notes.lastId());
    } catch (RocksDBException | MalformedFrameException e) {
      throw damaged(e);
    }
  }

  // Whom the records belong to.

  private void added(int chunk, int payload) {
    notes.given(index.id());
    chunks.retain(chunk);
    chunks.retain(chunk);
    liveBytes += index.state().terminal() ? 0 : payload + OVERHEAD_BYTES;
  }

  /** The last record of the task at hand is there. */
  private void point(int chunk, TaskState state, int payload) {
    chunks.retain(chunk);
    chunks.release(index.last());
    boolean lived = !index.state().terminal();
    if (lived == state.terminal()) {
      liveBytes += (lived ? -1L : 1L) * (payload + OVERHEAD_BYTES);
    }
    index.last(chunk);
    index.state(state);
    index.untried(false);
  }

  /** What was submitted is there. */
  private void whole(int chunk) {
    chunks.retain(chunk);
    chunks.release(index.whole());
    index.whole(chunk);
  }

  // What is written.

  /**
   * Keeps changes, all of them or none; safe from a loss of power if any is urgent, or if there are
   * none. Beside that it forgets what is due, and writes anew what keeps large chunks for little.
   * Blocks.
   *
   * @throws StoreException if that failed; then nothing may be written any more
   */
  void write(List<Changes> group, long now) {
    ChunkPlace.Write write = new ChunkPlace.Write();
    try {
      forget(write, now);
      tidy(write);
      keep(group, write, now);
      retention.settle();
      write.dead = chunks.dead();
      // While nothing else is to be done, nobody waits for it.
      boolean idle = group.isEmpty();
      write.urgent |= idle;
      if (!write.isEmpty()) {
        place.write(write, lastChunk, chunks.size(), chunks.sum());
      } else if (idle) {
        place.rest();
      }
      place.look(now, liveBytes);
    } catch (RocksDBException | MalformedFrameException | IOException e) {
      throw place.failed(e);
    }
  }

  private void keep(List<Changes> group, ChunkPlace.Write write, long now) {
    int freshChunk = begin();
    int movesChunk = begin();
    int endsChunk = begin();
    for (Changes changes : group) {
      write.urgent |= changes.urgent();
      for (StoredTask ended : changes.retried()) {
        if (!index.find(ended.spec().id())) {
          notes.remembered(ended.state());
        }
      }
      for (StoredTask task : changes.tasks()) {
        boolean end = task.state().terminal();
        if (!index.find(task.spec().id())) {
          fresh.add(task, true, false);
          add(freshChunk, task);
        } else if (end || index.last() == endsChunk) {
          ends.add(task, false, index.last() == endsChunk);
          point(endsChunk, task);
        } else if (place.lasts() || index.state().terminal()) {
          moves.add(task, false, index.last() == movesChunk);
          point(movesChunk, task);
        } else {
          // Only another life would have to know more.
          index.state(task.state());
          index.untried(false);
        }
        ended(task);
      }
      write.types.addAll(changes.types());
      for (String ended : changes.endedBatches()) {
        if (index.batch(ended) != 0) {
          retention.endBatch(index.batch(ended), now);
        }
      }
    }
    put(write, freshChunk, fresh);
    put(write, movesChunk, moves);
    put(write, endsChunk, ends);
  }

  private int begin() {
    return chunks.begin(++lastChunk);
  }

  private void add(int chunk, StoredTask task) {
    TaskSpec spec = task.spec();
    LineKey line = line(spec.type(), spec.terms());
    String batch = spec.batch() == null ? null : spec.batch().batch();
    index.add(spec.id(), chunk, task.state(), spec.key() != null, line, batch);
    added(chunk, spec.payload().length());
    index.untried(task.isUntried());
  }

  private void point(int chunk, StoredTask task) {
    point(chunk, task.state(), task.spec().payload().length());
  }

  /** Whether, and where, the task at hand has ended. */
  private void ended(StoredTask task) {
    int batch = index.batch();
    if (task.state().terminal()) {
      retention.ended(chunks.number(index.last()), task.state(), task.due(), batch);
    } else if (batch != 0) {
      retention.live(batch);
    }
  }

  private void put(ChunkPlace.Write write, int chunk, ChunkWriter writer) {
    if (chunks.isOfUse(chunk)) {
      byte[] bodies = writer.bodies();
      ChunkPlace.Write.Chunk made =
          new ChunkPlace.Write.Chunk(chunks.number(chunk), writer.finish(), bodies);
      write.chunks.add(made);
      chunks.finish(chunk, made.bytes());
    } else {
      chunks.abandon(chunk);
      writer.clear();
    }
  }

  /** Forgets tasks that have ended and whose retention is over. */
  private void forget(ChunkPlace.Write write, long now)
      throws RocksDBException, MalformedFrameException {
    int grave = begin();
    int before = index.size();
    Retention.Due due = nextDue(now);
    while (due != null) {
      if (chunks.slot(due.chunk()) != 0) {
        forget(due, now, grave);
      }
      due = before - index.size() < MOST_FORGOTTEN_AT_ONCE ? nextDue(now) : null;
    }
    put(write, grave, graves);
  }

  private Retention.Due nextDue(long now) {
    return retention.next(now, chunks.bytes() - liveBytes > settings.retentionBytes());
  }

  private void forget(Retention.Due due, long now, int grave)
      throws RocksDBException, MalformedFrameException {
    long latest = Math.max(retention.latest(due.succeeded(), now), due.since() + TOGETHER_MILLIS);
    int chunk = chunks.slot(due.chunk());
    ChunkReader reader = place.read(due.chunk());
    long rest = Long.MAX_VALUE;
    while (reader.next()) {
      boolean its =
          index.find(reader.id())
              && index.last() == chunk
              && index.state().terminal()
              && (index.state() == TaskState.SUCCEEDED) == due.succeeded()
              && index.batch() == due.batch();
      if (its && (due.batch() != 0 || reader.due() < latest)) {
        forget(grave);
      } else if (its) {
        rest = Math.min(rest, reader.due());
      }
    }
    if (rest != Long.MAX_VALUE) {
      retention.again(due, rest);
    }
  }

  private void forget(int grave) {
    long task = index.id();
    if (ToldTasks.isTold(index) || index.state() == TaskState.FAILED) {
      forgotten.add(read(task).bare());
    }
    notes.forgotten(index.state());
    if (bury(grave)) {
      graves.forget(task);
    }
  }

  /**
   * The task at hand is kept no more.
   *
   * @return whether the chunk with what was submitted is kept because of others, so that the next
   *     life has to be told
   */
  private boolean bury(int grave) {
    int whole = index.whole();
    long number = chunks.number(whole);
    int batch = index.batch();
    chunks.release(index.last());
    index.remove();
    chunks.release(whole);
    if (batch != 0 && !index.hasBatch(batch)) {
      retention.forgetBatch(batch);
    }
    boolean stays = chunks.slot(number) != 0;
    if (stays && place.lasts()) {
      chunks.bury(whole, grave);
      return true;
    }
    return false;
  }

  /** Writes the rest of chunks anew that take more room than it needs. */
  private void tidy(ChunkPlace.Write write) throws RocksDBException, MalformedFrameException {
    IntArrayList untidy = chunks.untidy(Math.max(SPARSE_BYTES, chunks.bytes() / 4));
    if (untidy.isEmpty()) {
      return;
    }
    int chunk = begin();
    for (int each : untidy) {
      if (chunks.isThere(each)) {
        ChunkReader reader = place.read(chunks.number(each));
        while (reader.next()) {
          if (index.find(reader.id())) {
            move(reader.id(), untidy, chunk);
          }
        }
      }
    }
    put(write, chunk, fresh);
  }

  private void move(long task, IntArrayList from, int to) {
    boolean whole = from.contains(index.whole());
    if (whole || from.contains(index.last())) {
      StoredTask stored = read(task);
      TaskState state = index.state();
      boolean untried = index.isUntried();
      fresh.add(stored, whole, false);
      point(to, stored);
      // In memory the record may be older than that.
      index.state(state);
      index.untried(untried);
      if (whole) {
        whole(to);
      }
      ended(stored);
    }
  }

  /**
   * Takes the tasks that are kept no more and of which the core knows. The list is the caller's,
   * who may hand it to another thread.
   */
  List<StoredTask> forgotten() {
    if (forgotten.isEmpty()) {
      return List.of();
    }
    List<StoredTask> all = forgotten;
    forgotten = new ArrayList<>();
    return all;
  }

  /** Why nothing new should be taken; null: there is room. May be asked by any thread. */
  String noRoom() {
    return place.noRoom();
  }

  /** See {@link TaskStore#space}. May be asked by any thread. */
  TaskStore.Space space() {
    return place.space();
  }

  // What is read.

  /** The last record of a task, which is at hand then; null if it is not kept. */
  StoredTask read(long task) {
    if (!index.find(task)) {
      return null;
    }
    try {
      return records.read(task, chunks.number(index.whole()), chunks.number(index.last()));
    } catch (RocksDBException | MalformedFrameException e) {
      throw damaged(e);
    }
  }

  /** The head of what was submitted of the task at hand. */
  ChunkReader wholeHead() {
    try {
      return records.head(index.id(), chunks.number(index.whole()));
    } catch (RocksDBException | MalformedFrameException e) {
      throw damaged(e);
    }
  }

  /** See {@link TaskStore#waiting}. */
  List<StoredTask> waiting(LineKey line, long after, int most, long mostBytes) {
    List<StoredTask> found = new ArrayList<>();
    long bytes = 0;
    boolean more = index.waitingAfter(after, line);
    while (more && found.size() < most && bytes < mostBytes) {
      StoredTask task = read(index.id()).compact();
      found.add(task);
      bytes += task.spec().payload().length();
      more = index.waitingAfter(task.spec().id(), line);
    }
    return found;
  }

  /** See {@link TaskStore#list}. */
  TaskStore.Listing list(TaskQuery query) {
    List<StoredTask> found = new ArrayList<>();
    long bytes = 0;
    long last = 0;
    LongList ids = index.list(query);
    boolean bare = query.bodies() == 0;
    for (int i = 0; i < ids.size() && (bare || bytes < query.bodies()); i++) {
      last = ids.getLong(i);
      StoredTask task = read(last);
      found.add(bare ? task.bare() : task.compact());
      bytes += task.bytes();
    }
    boolean more = found.size() < ids.size() || ids.size() == query.limit();
    return new TaskStore.Listing(found, more ? last : 0);
  }

  /** Bytes of all chunks. */
  long bytes() {
    return chunks.bytes();
  }

  int chunks() {
    return chunks.size();
  }

  long id() {
    return notes.id();
  }

  int epoch() {
    return notes.epoch();
  }

  @Override
  public void close() {
    place.close();
  }
}
