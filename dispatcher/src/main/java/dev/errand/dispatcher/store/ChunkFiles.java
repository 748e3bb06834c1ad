package dev.errand.dispatcher.store;

import dev.errand.protocol.frame.MalformedFrameException;
import it.unimi.dsi.fastutil.longs.LongCollection;
import java.nio.ByteBuffer;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * The chunks on the disk, by their numbers: the heads of each as one value, its bodies as another,
 * so that a start needs not read what is large. Owner: the store's thread.
 */
final class ChunkFiles implements ChunkSource {

  private static final byte HEADS = 'h';
  private static final byte BODIES = 'b';

  /** How far behind damage chunks are asked for one by one. */
  private static final int STEP_PART = 1_000;

  /** What comes in the order of the chunks. */
  interface Reader {
    void chunk(long number, ChunkReader heads) throws MalformedFrameException;
  }

  private final Disk disk;
  private final Disk others;

  ChunkFiles(Disk disk) {
    this(disk, null);
  }

  /**
   * Chunks of a folder that is damaged.
   *
   * @param others is asked for what can't be read; null: nobody
   */
  ChunkFiles(Disk disk, Disk others) {
    this.disk = disk;
    this.others = others;
  }

  private byte[] get(byte[] key) throws RocksDBException {
    try {
      return disk.get(key);
    } catch (RocksDBException e) {
      byte[] value = others == null ? null : others.get(key);
      if (value == null) {
        throw e;
      }
      return value;
    }
  }

  private static byte[] key(byte part, long number) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(part).putLong(number).array();
  }

  /** Shows the heads of all. */
  void readAll(Reader reader) throws RocksDBException, MalformedFrameException {
    try (RocksIterator all = disk.from(key(HEADS, 0))) {
      for (; all.isValid() && all.key()[0] == HEADS; all.next()) {
        long number = ByteBuffer.wrap(all.key(), 1, Long.BYTES).getLong();
        reader.chunk(number, new ChunkReader(all.value()));
      }
      all.status();
    }
  }

  /**
   * Finds chunks, and goes on behind what can't be read.
   *
   * @param found gets their numbers, and some of which nothing is known
   */
  void find(LongCollection found) {
    find(disk, found);
    if (others != null) {
      find(others, found);
    }
  }

  private static void find(Disk disk, LongCollection found) {
    try (RocksIterator all = disk.from(key(HEADS, 0))) {
      long last = -1;
      do {
        for (; all.isValid() && all.key()[0] == HEADS; all.next()) {
          last = ByteBuffer.wrap(all.key(), 1, Long.BYTES).getLong();
          found.add(last);
        }
      } while (!isAtEnd(all) && goBehindDamage(all, last + 1, found));
    }
  }

  private static boolean isAtEnd(RocksIterator all) {
    try {
      all.status();
      return true;
    } catch (RocksDBException e) {
      return false;
    }
  }

  /**
   * Goes to the next chunk that can be read in its order; the numbers up to there are taken for
   * chunks one by one, far away in steps, for there are many numbers and few chunks.
   *
   * @return false if there is none
   */
  private static boolean goBehindDamage(RocksIterator all, long first, LongCollection found) {
    for (long number = first; number >= 0; number += 1 + (number - first) / STEP_PART) {
      all.seek(key(HEADS, number));
      if (all.isValid() || isAtEnd(all)) {
        return true;
      }
      found.add(number);
    }
    return false;
  }

  /** What is told of a chunk that can't be read: the file, if that is known. */
  static String ofChunk(long number, RocksDBException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains(".sst") ? message : "chunk " + number + ": " + message;
  }

  /** Looks at all bodies: one that is damaged is found now, and not when it is asked for. */
  void checkBodies() throws RocksDBException {
    ByteBuffer nothing = ByteBuffer.allocateDirect(0);
    try (RocksIterator all = disk.from(key(BODIES, 0))) {
      for (; all.isValid() && all.key()[0] == BODIES; all.next()) {
        all.value(nothing);
      }
      all.status();
    }
  }

  @Override
  public byte[] heads(long number) throws RocksDBException {
    return get(key(HEADS, number));
  }

  @Override
  public byte[] bodies(long number) throws RocksDBException {
    return get(key(BODIES, number));
  }

  /** Writes a chunk with that batch. */
  static void put(WriteBatch batch, ChunkPlace.Write.Chunk chunk) throws RocksDBException {
    batch.put(key(HEADS, chunk.number()), chunk.heads());
    if (chunk.bodies().length > 0) {
      batch.put(key(BODIES, chunk.number()), chunk.bodies());
    }
  }

  static void delete(WriteBatch batch, long number) throws RocksDBException {
    batch.singleDelete(key(HEADS, number));
    batch.singleDelete(key(BODIES, number));
  }
}
