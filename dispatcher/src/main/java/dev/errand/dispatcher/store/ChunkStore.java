package dev.errand.dispatcher.store;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.MalformedFrameException;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;

/**
 * Tasks on a disk. A group of changes becomes up to three chunks, each one value, by how long they
 * will be of use: tasks that are new, ends, and what happens in between. They are written at once,
 * whole or not at all. Where the records of each task are is in memory ({@link TaskIndex}), and is
 * found out anew at each start. Owner: at first the thread that opens it, then the store's.
 */
final class ChunkStore implements AutoCloseable {

  private static final byte CHUNK = 'c';
  private static final int MOST_FORGOTTEN_AT_ONCE = 2_000;
  private static final long SPARSE_BYTES = 64L << 20;

  private final StoreSettings settings;
  private final Disk disk;
  private final Notes notes;
  private final Room room;
  private final TaskIndex index = new TaskIndex();
  private final ChunkTable chunks = new ChunkTable();
  private final Retention retention;
  private final ChunkWriter fresh = new ChunkWriter();
  private final ChunkWriter moves = new ChunkWriter();
  private final ChunkWriter ends = new ChunkWriter();
  private final ChunkWriter graves = new ChunkWriter();
  private final List<String> batches = new ArrayList<>(List.of(""));
  private final Object2IntOpenHashMap<String> batchNumbers = new Object2IntOpenHashMap<>();
  private final Opened[] opened = {new Opened(), new Opened()};
  private List<StoredTask> forgotten = new ArrayList<>();
  private long lastChunk;

  /** A chunk that was read of late. */
  private static final class Opened {
    private long number;
    private ChunkReader reader;
  }

  private ChunkStore(StoreSettings settings, Disk disk, Room room) {
    this.settings = settings;
    this.disk = disk;
    this.notes = new Notes(disk);
    this.room = room;
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
      store.notes.begin();
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
        : damaged(path, e);
  }

  private static StoreException damaged(Path path, Exception e) {
    return new StoreException(
        "the store in "
            + path.toAbsolutePath()
            + " is damaged: "
            + e.getMessage()
            + "; bring the folder back from a copy",
        e);
  }

  private static byte[] chunkKey(long number) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(CHUNK).putLong(number).array();
  }

  // What is read at the start.

  private void readAll() throws RocksDBException, MalformedFrameException {
    try (RocksIterator all = disk.from(chunkKey(0))) {
      for (; all.isValid() && all.key()[0] == CHUNK; all.next()) {
        long number = ByteBuffer.wrap(all.key(), 1, Long.BYTES).getLong();
        readChunk(number, all.value());
      }
      all.status();
    }
    chunks.removeUnused();
    notes.given(index.newest());
    endBatchesThatHaveEnded();
  }

  private void readChunk(long number, byte[] value) throws MalformedFrameException {
    lastChunk = number;
    chunks.add(number, value.length);
    ChunkReader reader = new ChunkReader(value);
    while (reader.next()) {
      boolean known = index.find(reader.id());
      if (reader.isForgotten()) {
        if (known) {
          bury(number);
        }
        continue;
      }
      if (!known && !reader.isWhole()) {
        // It was forgotten, and other records keep the chunk.
        continue;
      }
      TaskSpec spec = reader.isWhole() ? reader.spec() : null;
      StoredTask task = reader.task(spec);
      if (known) {
        if (index.state().terminal()) {
          index.revived();
        }
        point(number, task.state());
        if (spec != null) {
          whole(number);
        }
      } else {
        add(number, spec, task.state());
      }
      if (task.state().terminal()) {
        retention.ended(reader.id(), task.state(), task.due(), index.batch());
      }
    }
  }

  /** Batches whose tasks have all ended count from the last end. */
  private void endBatchesThatHaveEnded() {
    boolean[] live = new boolean[batches.size()];
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
      if (!isTold()) {
        counts[index.state().ordinal()]++;
      }
    }
    long succeeded = counts[TaskState.SUCCEEDED.ordinal()];
    long failed = counts[TaskState.FAILED.ordinal()];
    long cancelled = counts[TaskState.CANCELLED.ordinal()];
    Ledger others =
        new Ledger(succeeded + failed + cancelled, 0, 0, 0, succeeded, failed, cancelled);
    try {
      return new Recovered(this::toldTasks, notes.types(), others, notes.lastId());
    } catch (RocksDBException | MalformedFrameException e) {
      throw damaged(settings.path(), e);
    }
  }

  /** Whether the core has to know of it. */
  private boolean isTold() {
    return !index.state().terminal() || index.isKeyed() || index.batch() != 0;
  }

  private Iterator<StoredTask> toldTasks() {
    return new Iterator<>() {
      private long next = following(0);

      private long following(long after) {
        boolean more = index.after(after);
        while (more && !isTold()) {
          more = index.after(index.id());
        }
        return more ? index.id() : 0;
      }

      @Override
      public boolean hasNext() {
        return next != 0;
      }

      @Override
      public StoredTask next() {
        if (next == 0) {
          throw new NoSuchElementException();
        }
        StoredTask task = read(next).compact();
        next = following(next);
        return task;
      }
    };
  }

  // Whom the records belong to.

  private void add(long chunk, TaskSpec spec, TaskState state) {
    int batch = spec.batch() == null ? 0 : number(spec.batch().batch());
    index.add(spec.id(), chunk, state, spec.key() != null, batch);
    notes.given(spec.id());
    chunks.retain(chunk);
    chunks.retain(chunk);
  }

  private int number(String batch) {
    int known = batchNumbers.getInt(batch);
    if (known == 0) {
      known = batches.size();
      batches.add(batch);
      batchNumbers.put(batch, known);
    }
    return known;
  }

  /** The task's last record is there. */
  private void point(long chunk, TaskState state) {
    chunks.retain(chunk);
    chunks.release(index.last());
    index.last(chunk);
    index.state(state);
  }

  /** What was submitted is there. */
  private void whole(long chunk) {
    chunks.retain(chunk);
    chunks.release(index.whole());
    index.whole(chunk);
  }

  // What is written.

  /**
   * Keeps changes, all of them or none; forced to disk if any is urgent. Beside that it forgets
   * what is due, and writes anew what keeps large chunks for little. Blocks.
   *
   * @throws StoreException if that failed; then nothing may be written any more
   */
  void write(List<Changes> group, long now) {
    try (WriteBatch batch = new WriteBatch()) {
      boolean forgets = forget(batch, now);
      tidy(batch);
      boolean urgent = keep(group, batch, now);
      if (forgets) {
        notes.putCounts(batch);
      }
      for (long dead : chunks.dead()) {
        batch.singleDelete(chunkKey(dead));
      }
      if (batch.count() > 0) {
        disk.write(batch, urgent);
      }
      room.look();
    } catch (RocksDBException | MalformedFrameException e) {
      throw new StoreException(
          "the store in " + settings.path().toAbsolutePath() + " failed: " + e.getMessage(), e);
    }
  }

  private boolean keep(List<Changes> group, WriteBatch batch, long now) throws RocksDBException {
    long freshNumber = lastChunk + 1;
    long movesNumber = lastChunk + 2;
    long endsNumber = lastChunk + 3;
    boolean urgent = false;
    chunks.begin(freshNumber);
    chunks.begin(movesNumber);
    chunks.begin(endsNumber);
    for (Changes changes : group) {
      urgent |= changes.urgent();
      for (StoredTask task : changes.tasks()) {
        boolean end = task.state().terminal();
        if (!index.find(task.spec().id())) {
          fresh.add(task, true, false);
          add(freshNumber, task.spec(), task.state());
        } else if (end || index.last() == endsNumber) {
          ends.add(task, false, index.last() == endsNumber);
          point(endsNumber, task.state());
        } else {
          moves.add(task, false, index.last() == movesNumber);
          point(movesNumber, task.state());
        }
        if (end) {
          retention.ended(task.spec().id(), task.state(), task.due(), index.batch());
        }
      }
      for (TypeSettings type : changes.types()) {
        Notes.put(batch, type);
      }
      for (String ended : changes.endedBatches()) {
        retention.endBatch(number(ended), now);
      }
    }
    put(batch, freshNumber, fresh);
    put(batch, movesNumber, moves);
    put(batch, endsNumber, ends);
    lastChunk = endsNumber;
    return urgent;
  }

  private void put(WriteBatch batch, long number, ChunkWriter writer) throws RocksDBException {
    byte[] chunk = writer.count() == 0 ? null : writer.finish();
    if (chunks.finish(number, chunk == null ? 0 : chunk.length)) {
      batch.put(chunkKey(number), chunk);
    }
  }

  /** Forgets tasks that have ended and whose retention is over. */
  private boolean forget(WriteBatch batch, long now) throws RocksDBException {
    long number = ++lastChunk;
    chunks.begin(number);
    boolean any = false;
    for (int i = 0; i < MOST_FORGOTTEN_AT_ONCE; i++) {
      if (!retention.next(now, chunks.bytes() > settings.retentionBytes())) {
        break;
      }
      any |= forget(retention.id(), retention.end(), number);
    }
    put(batch, number, graves);
    return any;
  }

  private boolean forget(long task, long end, long grave) {
    if (!index.find(task) || !index.state().terminal()) {
      return false;
    }
    StoredTask known = index.wasRevived() || isTold() ? read(task) : null;
    index.find(task);
    if (index.wasRevived() && known.due() != end) {
      return false;
    }
    if (isTold()) {
      forgotten.add(known);
    }
    notes.forgotten(index.state());
    if (bury(grave)) {
      graves.forget(task);
    }
    return true;
  }

  /**
   * The task is kept no more.
   *
   * @return whether the chunk with what was submitted is kept because of others, so that the next
   *     life has to be told
   */
  private boolean bury(long grave) {
    long whole = index.whole();
    chunks.release(whole);
    chunks.release(index.last());
    index.remove();
    chunks.bury(whole, grave);
    return chunks.has(whole);
  }

  /** Writes the rest of a sparse chunk anew. */
  private void tidy(WriteBatch batch) throws RocksDBException, MalformedFrameException {
    long sparse = chunks.sparse(Math.max(SPARSE_BYTES, chunks.bytes() / 4));
    if (sparse == 0) {
      return;
    }
    ChunkReader reader = new ChunkReader(disk.get(chunkKey(sparse)));
    long number = ++lastChunk;
    chunks.begin(number);
    while (reader.next()) {
      if (index.find(reader.id())) {
        boolean whole = index.whole() == sparse;
        if (whole || index.last() == sparse) {
          StoredTask task = read(reader.id());
          index.find(reader.id());
          fresh.add(task, whole, false);
          point(number, task.state());
          if (whole) {
            whole(number);
          }
        }
      }
    }
    put(batch, number, fresh);
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

  /** The last record of a task; null if it is not kept. */
  StoredTask read(long task) {
    if (!index.find(task)) {
      return null;
    }
    try {
      long whole = index.whole();
      long last = index.last();
      ChunkReader first = open(0, whole, task);
      TaskSpec spec = first.spec();
      return whole == last ? first.task(spec) : open(1, last, task).task(spec);
    } catch (RocksDBException | MalformedFrameException e) {
      throw damaged(settings.path(), e);
    }
  }

  private ChunkReader open(int place, long number, long task)
      throws RocksDBException, MalformedFrameException {
    Opened chunk = opened[place];
    if (chunk.number != number) {
      byte[] value = disk.get(chunkKey(number));
      if (value == null) {
        throw new MalformedFrameException("chunk " + number + " is missing");
      }
      chunk.reader = new ChunkReader(value);
      chunk.number = number;
    }
    if (!chunk.reader.seek(task)) {
      throw new MalformedFrameException("chunk " + number + " lacks task " + task);
    }
    if (place == 1 && chunk.reader.isWhole()) {
      chunk.reader.spec();
    }
    return chunk.reader;
  }

  /** Bytes of all chunks. */
  long bytes() {
    return chunks.bytes();
  }

  long id() {
    return notes.id();
  }

  int epoch() {
    return notes.epoch();
  }

  @Override
  public void close() {
    disk.close();
  }
}
