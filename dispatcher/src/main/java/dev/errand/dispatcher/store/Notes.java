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
  static final int SCHEMA = 1;

  private static final byte TYPE = 't';
  private static final byte[] SCHEMA_KEY = {'m', 's'};
  private static final byte[] ID_KEY = {'m', 'i'};
  private static final byte[] EPOCH_KEY = {'m', 'e'};
  private static final byte[] COUNTS_KEY = {'m', 'l'};
  private static final byte[] CHUNKS_KEY = {'m', 'c'};

  private final Disk disk;
  private final long[] forgotten = new long[TaskState.values().length];
  private long id;
  private int epoch;
  private long lastId;

  Notes(Disk disk) {
    this.disk = disk;
  }

  /**
   * Reads all but the types.
   *
   * @param folder for the message
   * @throws StoreException if a newer version has written them
   */
  void read(Path folder) throws RocksDBException, MalformedFrameException {
    byte[] schema = disk.get(SCHEMA_KEY);
    if (schema != null && ByteBuffer.wrap(schema).getInt() > SCHEMA) {
      throw new StoreException(
          "the store in "
              + folder.toAbsolutePath()
              + " was written by a newer Errand (schema "
              + ByteBuffer.wrap(schema).getInt()
              + ", this one knows "
              + SCHEMA
              + "): use that one");
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
   * The chunks as they were after the last write.
   *
   * @param newest number of the newest that ever was
   * @param count how many there were
   */
  record Chunks(long newest, int count) {}

  Chunks chunks() throws RocksDBException {
    byte[] kept = disk.get(CHUNKS_KEY);
    if (kept == null) {
      return new Chunks(0, 0);
    }
    ByteBuffer in = ByteBuffer.wrap(kept);
    return new Chunks(in.getLong(), in.getInt());
  }

  /** Keeps that with that batch. */
  static void put(WriteBatch batch, Chunks chunks) throws RocksDBException {
    ByteBuffer out = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
    out.putLong(chunks.newest).putInt(chunks.count);
    batch.put(CHUNKS_KEY, out.array());
  }

  /** The next life begins, whatever happens to the power. */
  void begin() throws RocksDBException {
    epoch++;
    try (WriteBatch batch = new WriteBatch()) {
      batch.put(SCHEMA_KEY, i32(SCHEMA));
      batch.put(ID_KEY, ByteBuffer.allocate(Long.BYTES).putLong(id).array());
      batch.put(EPOCH_KEY, i32(epoch));
      disk.write(batch, true);
    }
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
  }

  /** Keeps the counts with that batch. */
  void putCounts(WriteBatch batch) throws RocksDBException {
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
