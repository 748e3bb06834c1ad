package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.FrameReader;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.MalformedFrameException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * What a store keeps beside its chunks: which store it is and which life of a dispatcher this is,
 * how many tasks it has forgotten, and what was set for types. Owner: the same as the {@link
 * ChunkStore}'s.
 */
final class Notes {

  /** The version of what is written. */
  static final int SCHEMA = 3;

  /** An older one is read. */
  private static final int OLDEST_SCHEMA = 2;

  private static final byte TYPE = 't';
  private static final byte[] SCHEMA_KEY = {'m', 's'};
  private static final byte[] ID_KEY = {'m', 'i'};
  private static final byte[] EPOCH_KEY = {'m', 'e'};
  private static final byte[] COUNTS_KEY = {'m', 'l'};
  private static final byte[] CHUNKS_KEY = {'m', 'c'};

  /** How RocksDB begins it in a write: that it is put, the key and the value with their lengths. */
  private static final byte[] CHUNKS_START = {1, 2, 'm', 'c', Chunks.BYTES};

  static final int CHUNKS_BYTES = CHUNKS_START.length + Chunks.BYTES;

  private final Disk disk;
  private final long[] forgotten = new long[TaskState.values().length];
  private long id;
  private int epoch;
  private long lastId;
  private boolean counted;

  Notes(Disk disk) {
    this.disk = disk;
  }

  /** Of a store that keeps nothing over the life of its process. */
  static Notes ofOneLife() {
    Notes notes = new Notes(null);
    notes.id = new SecureRandom().nextLong();
    notes.epoch = 1;
    return notes;
  }

  /**
   * Reads all but the types.
   *
   * @param folder for the message
   * @throws StoreException if another version has written them
   */
  void read(Path folder) throws RocksDBException, MalformedFrameException {
    byte[] schema = disk.get(SCHEMA_KEY);
    int written = schema == null ? SCHEMA : ByteBuffer.wrap(schema).getInt();
    if (written > SCHEMA || written < OLDEST_SCHEMA) {
      throw new StoreException(
          "the store in "
              + folder.toAbsolutePath()
              + " was written by "
              + (written > SCHEMA ? "a newer Errand" : "an Errand that was never released")
              + " (schema "
              + written
              + ", this one knows "
              + SCHEMA
              + "): use that one, or set another store.path");
    }
    byte[] own = disk.get(ID_KEY);
    byte[] last = disk.get(EPOCH_KEY);
    id = own == null ? new SecureRandom().nextLong() : ByteBuffer.wrap(own).getLong();
    epoch = last == null ? 0 : ByteBuffer.wrap(last).getInt();
    byte[] counts = disk.get(COUNTS_KEY);
    if (counts != null) {
      FrameReader in = new FrameReader(counts, 0);
      lastId = in.varint();
      for (TaskState state : TaskState.values()) {
        forgotten[state.ordinal()] = in.varint();
      }
    }
  }

  /**
   * The chunks as they are after a write.
   *
   * @param newest number of the newest that ever was; each write has a higher one
   * @param forced the newest as it was with the last write that was forced before, to the same log;
   *     0: there was none
   * @param count how many there are
   * @param sum of their numbers: with the count it tells whether any writes in a row are missing
   */
  record Chunks(long newest, long forced, int count, long sum) {

    private static final int BYTES = 3 * Long.BYTES + Integer.BYTES;

    private static Chunks of(ByteBuffer in) {
      return new Chunks(in.getLong(), in.getLong(), in.getInt(), in.getLong());
    }

    private byte[] bytes() {
      ByteBuffer out = ByteBuffer.allocate(BYTES);
      return out.putLong(newest).putLong(forced).putInt(count).putLong(sum).array();
    }

    /** What a write in RocksDB's log ends with, if it is that; else null. */
    static Chunks atEndOf(byte[] write) {
      ByteBuffer in = ByteBuffer.wrap(write);
      byte[] start = new byte[CHUNKS_START.length];
      in.position(write.length - CHUNKS_BYTES).get(start);
      return Arrays.equals(start, CHUNKS_START) ? of(in) : null;
    }
  }

  Chunks chunks() throws RocksDBException {
    byte[] kept = disk.get(CHUNKS_KEY);
    if (kept == null) {
      return new Chunks(0, 0, 0, 0);
    }
    return Chunks.of(ByteBuffer.wrap(kept));
  }

  /** Keeps that with that batch, as its last: {@link LogEnd} looks for it there. */
  static void put(WriteBatch batch, Chunks chunks) throws RocksDBException {
    batch.put(CHUNKS_KEY, chunks.bytes());
  }

  /** Keeps with that batch that the next life begins. */
  void putNextLife(WriteBatch batch) throws RocksDBException {
    epoch++;
    batch.put(SCHEMA_KEY, i32(SCHEMA));
    batch.put(ID_KEY, ByteBuffer.allocate(Long.BYTES).putLong(id).array());
    batch.put(EPOCH_KEY, i32(epoch));
  }

  private static byte[] i32(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }

  long id() {
    return id;
  }

  int epoch() {
    return epoch;
  }

  /** No task ever had a higher id. */
  long lastId() {
    return lastId;
  }

  /** A task has that id. */
  void given(long task) {
    lastId = Math.max(lastId, task);
  }

  /** How many tasks of each state are kept no more. */
  long[] forgotten() {
    return forgotten.clone();
  }

  /** One that ended so is kept no more. */
  void forgotten(TaskState state) {
    forgotten[state.ordinal()]++;
    counted = true;
  }

  /** One that ended so was forgotten, and is tried again. */
  void remembered(TaskState state) {
    forgotten[state.ordinal()]--;
    counted = true;
  }

  /** Keeps the counts with that batch, if they have changed. */
  void putCounts(WriteBatch batch) throws RocksDBException {
    if (!counted) {
      return;
    }
    counted = false;
    FrameWriter out = FrameWriter.headless(64);
    out.varint(lastId);
    for (long count : forgotten) {
      out.varint(count);
    }
    batch.put(COUNTS_KEY, Arrays.copyOf(out.array(), out.length()));
  }

  /** What was set for types. */
  List<TypeSettings> types() throws RocksDBException, MalformedFrameException {
    List<TypeSettings> types = new ArrayList<>();
    try (RocksIterator all = disk.from(new byte[] {TYPE})) {
      for (; all.isValid() && all.key()[0] == TYPE; all.next()) {
        byte[] key = all.key();
        String name = new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
        FrameReader in = new FrameReader(all.value(), 0);
        types.add(new TypeSettings(name, in.u8() == 1, in.varint(Integer.MAX_VALUE), in.varint()));
      }
      all.status();
    }
    return types;
  }

  /** Keeps what was set for a type with that batch. */
  static void put(WriteBatch batch, TypeSettings type) throws RocksDBException {
    FrameWriter out = FrameWriter.headless(32);
    out.u8(type.paused() ? 1 : 0).varint(type.limit()).varint(type.since());
    byte[] name = type.type().getBytes(StandardCharsets.UTF_8);
    byte[] key = ByteBuffer.allocate(1 + name.length).put(TYPE).put(name).array();
    batch.put(key, Arrays.copyOf(out.array(), out.length()));
  }
}
