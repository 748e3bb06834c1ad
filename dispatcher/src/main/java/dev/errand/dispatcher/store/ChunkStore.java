package dev.errand.dispatcher.store;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import dev.errand.protocol.frame.MalformedFrameException;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;

/**
 * Tasks on a disk. A group of changes becomes up to three chunks, by how long they will be of use:
 * tasks that are new, ends, and what happens in between. They are written at once, whole or not at
 * all. Where the records of each task are is in memory ({@link TaskIndex}), and is found out anew
 * at each start. Owner: at first the thread that opens it, then the store's.
 */
final class ChunkStore implements AutoCloseable {

  private static final int MOST_FORGOTTEN_AT_ONCE = 2_000;
  private static final long SPARSE_BYTES = 64L << 20;

  /** Beside its payload a waiting task takes about that on the disk. */
  private static final int OVERHEAD_BYTES = 64;

  /** Ends of one chunk lie no further apart, if it was not written anew. */
  private static final long TOGETHER_MILLIS = 1_000;

  private final StoreSettings settings;
  private final Disk disk;
  private final Notes notes;
  private final Room room;
  private final ChunkFiles files;
  private final Mark mark;
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

  /** The newest chunk as it was with the last write, and with the last that was forced. */
  private long written;

  private long forced;

  /** What the chunks hold because of tasks that have not ended. */
  private long liveBytes;

  private ChunkStore(StoreSettings settings, Disk disk, Room room) {
    this.settings = settings;
    this.disk = disk;
    this.notes = new Notes(disk);
    this.room = room;
    this.files = new ChunkFiles(disk);
    this.mark = new Mark(settings.path());
    this.retention = new Retention(settings);
  }

  /**
   * Opens the store and begins a new epoch. Blocks.
   *
   * @throws StoreException if that can't be
   */
  static ChunkStore open(StoreSettings settings) {
    Disk disk = Disk.open(settings.path());
    try {
      ChunkStore store = new ChunkStore(settings, disk, new Room(settings.path()));
      store.notes.read(settings.path());
      store.readAll();
      store.mark.check(store.lastChunk);
      store.beginLife();
      return store;
    } catch (RocksDBException | MalformedFrameException | IOException e) {
      disk.close();
      throw unusable(settings.path(), e);
    } catch (RuntimeException e) {
      disk.close();
      throw e;
    }
  }

  private static StoreException unusable(Path path, Exception e) {
    boolean full =
        e instanceof RocksDBException failure
            && failure.getStatus() != null
            && failure.getStatus().getSubCode() == Status.SubCode.NoSpace;
    return full
        ? new StoreException(
            "the disk of " + path.toAbsolutePath() + " is full: make room, then start again", e)
        : StoreException.damaged(path, e);
  }

  StoreException damaged(Exception e) {
    return StoreException.damaged(settings.path(), e);
  }

  // What is read at the start.

  private void readAll() throws RocksDBException, MalformedFrameException {
    files.checkBodies();
    files.readAll(this::replay);
    Notes.Chunks kept = notes.chunks();
    if (chunks.size() != kept.count() || chunks.sum() != kept.sum()) {
      throw StoreException.damaged(
          settings.path(),
          "files of it are missing or cut off: there were "
              + kept.count()
              + " chunks, and "
              + chunks.size()
              + " are there",
          null);
    }
    lastChunk = Math.max(lastChunk, kept.newest());
    retention.settle();
    chunks.allFound();
    notes.given(index.newest());
    endBatchesThatHaveEnded();
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
   * Keeps changes, all of them or none; forced to disk if any is urgent, or if there are none.
   * Beside that it forgets what is due, and writes anew what keeps large chunks for little. Blocks.
   *
   * @throws StoreException if that failed; then nothing may be written any more
   */
  void write(List<Changes> group, long now) {
    try (WriteBatch batch = new WriteBatch()) {
      forget(batch, now);
      tidy(batch);
      boolean urgent = keep(group, batch, now);
      retention.settle();
      notes.putCounts(batch);
      for (long dead : chunks.dead()) {
        ChunkFiles.delete(batch, dead);
      }
      // While nothing else is to be done, nobody waits for it.
      boolean idle = group.isEmpty();
      if (batch.count() > 0) {
        write(batch, urgent || idle);
      } else if (idle && forced < written) {
        disk.force();
        forced = written;
      }
      room.look(now, liveBytes);
      mark.note(forced, now);
    } catch (RocksDBException | MalformedFrameException | IOException e) {
      throw failed(e);
    }
  }

  private void write(WriteBatch batch, boolean force) throws RocksDBException {
    long known = disk.isLogNew() ? 0 : forced;
    Notes.put(batch, new Notes.Chunks(lastChunk, known, chunks.size(), chunks.sum()));
    boolean safe = disk.write(batch, force);
    written = lastChunk;
    forced = safe ? written : forced;
  }

  /** The next life begins, whatever happens to the power. */
  private void beginLife() throws RocksDBException {
    lastChunk++;
    try (WriteBatch batch = new WriteBatch()) {
      notes.putNextLife(batch);
      write(batch, true);
    }
  }

  private StoreException failed(Exception e) {
    return new StoreException(
        "the store in "
            + settings.path().toAbsolutePath()
            + " failed: "
            + e.getMessage()
            + "; look after the disk, then start again",
        e);
  }

  private boolean keep(List<Changes> group, WriteBatch batch, long now) throws RocksDBException {
    int freshChunk = begin();
    int movesChunk = begin();
    int endsChunk = begin();
    boolean urgent = false;
    for (Changes changes : group) {
      urgent |= changes.urgent();
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
        } else {
          moves.add(task, false, index.last() == movesChunk);
          point(movesChunk, task);
        }
        ended(task);
      }
      for (TypeSettings type : changes.types()) {
        Notes.put(batch, type);
      }
      for (String ended : changes.endedBatches()) {
        if (index.batch(ended) != 0) {
          retention.endBatch(index.batch(ended), now);
        }
      }
    }
    put(batch, freshChunk, fresh);
    put(batch, movesChunk, moves);
    put(batch, endsChunk, ends);
    return urgent;
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

  private void put(WriteBatch batch, int chunk, ChunkWriter writer) throws RocksDBException {
    if (chunks.isOfUse(chunk)) {
      chunks.finish(chunk, ChunkFiles.put(batch, chunks.number(chunk), writer));
    } else {
      chunks.abandon(chunk);
      writer.clear();
    }
  }

  /** Forgets tasks that have ended and whose retention is over. */
  private void forget(WriteBatch batch, long now) throws RocksDBException, MalformedFrameException {
    int grave = begin();
    int before = index.size();
    Retention.Due due = nextDue(now);
    while (due != null) {
      if (chunks.slot(due.chunk()) != 0) {
        forget(due, now, grave);
      }
      due = before - index.size() < MOST_FORGOTTEN_AT_ONCE ? nextDue(now) : null;
    }
    put(batch, grave, graves);
  }

  private Retention.Due nextDue(long now) {
    return retention.next(now, chunks.bytes() - liveBytes > settings.retentionBytes());
  }

  private void forget(Retention.Due due, long now, int grave)
      throws RocksDBException, MalformedFrameException {
    long latest = Math.max(retention.latest(due.succeeded(), now), due.since() + TOGETHER_MILLIS);
    int chunk = chunks.slot(due.chunk());
    ChunkReader reader = files.heads(due.chunk());
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
    if (ToldTasks.isTold(index)) {
      forgotten.add(read(task).compact());
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
    if (stays) {
      chunks.bury(whole, grave);
    }
    return stays;
  }

  /** Writes the rest of chunks anew that take more room than it needs. */
  private void tidy(WriteBatch batch) throws RocksDBException, MalformedFrameException {
    IntArrayList untidy = chunks.untidy(Math.max(SPARSE_BYTES, chunks.bytes() / 4));
    if (untidy.isEmpty()) {
      return;
    }
    int chunk = begin();
    for (int each : untidy) {
      if (chunks.isThere(each)) {
        ChunkReader reader = files.heads(chunks.number(each));
        while (reader.next()) {
          if (index.find(reader.id())) {
            move(reader.id(), untidy, chunk);
          }
        }
      }
    }
    put(batch, chunk, fresh);
  }

  private void move(long task, IntArrayList from, int to) {
    boolean whole = from.contains(index.whole());
    if (whole || from.contains(index.last())) {
      StoredTask stored = read(task);
      boolean untried = index.isUntried();
      fresh.add(stored, whole, false);
      point(to, stored);
      index.untried(untried);
      if (whole) {
        whole(to);
      }
      ended(stored);
    }
  }

  /** Takes the tasks that are kept no more and of which the core knows. */
  List<StoredTask> forgotten() {
    List<StoredTask> all = forgotten;
    if (!all.isEmpty()) {
      forgotten = new ArrayList<>();
    }
    return all;
  }

  /** Why nothing new should be taken; null: there is room. May be asked by any thread. */
  String noRoom() {
    return room.problem();
  }

  // What is read.

  /** The last record of a task, which is at hand then; null if it is not kept. */
  StoredTask read(long task) {
    if (!index.find(task)) {
      return null;
    }
    try {
      return files.read(task, chunks.number(index.whole()), chunks.number(index.last()));
    } catch (RocksDBException | MalformedFrameException e) {
      throw damaged(e);
    }
  }

  /** The head of what was submitted of the task at hand. */
  ChunkReader wholeHead() {
    try {
      return files.head(index.id(), chunks.number(index.whole()));
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
  List<TaskStore.Listed> list(TaskQuery query) {
    List<TaskStore.Listed> found = new ArrayList<>();
    for (long id : index.list(query)) {
      found.add(new TaskStore.Listed(id, read(id).compact()));
    }
    return found;
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
    try {
      if (disk.close()) {
        mark.note(written);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
