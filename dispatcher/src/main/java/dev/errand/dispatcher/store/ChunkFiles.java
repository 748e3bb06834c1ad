package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.StoredTask;
import dev.errand.protocol.frame.MalformedFrameException;
import java.nio.ByteBuffer;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * The chunks on the disk, by their numbers: the heads of each as one value, its bodies as another,
 * so that a start needs not read what is large. Owner: the store's thread.
 */
final class ChunkFiles {

  private static final byte HEADS = 'h';
  private static final byte BODIES = 'b';

  /** A chunk that was read of late. */
  private static final class Opened {
    private long number;
    private ChunkReader reader;
  }

  /** What comes in the order of the chunks. */
  interface Reader {
    void chunk(long number, ChunkReader heads) throws MalformedFrameException;
  }

  private final Disk disk;
  private final Opened wholes = new Opened();
  private final Opened rests = new Opened();

  ChunkFiles(Disk disk) {
    this.disk = disk;
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

  /** Looks at all bodies: one that is damaged is found now, and not when it is asked for. */
  void checkBodies() throws RocksDBException {
    try (RocksIterator all = disk.from(key(BODIES, 0))) {
      for (; all.isValid() && all.key()[0] == BODIES; all.next()) {
        all.value(ByteBuffer.allocateDirect(0));
      }
      all.status();
    }
  }

  /** The heads of a chunk. */
  ChunkReader heads(long number) throws RocksDBException, MalformedFrameException {
    byte[] heads = disk.get(key(HEADS, number));
    if (heads == null) {
      throw new MalformedFrameException("chunk " + number + " is missing");
    }
    return new ChunkReader(heads);
  }

  /**
   * The last record of a task.
   *
   * @param whole number of the chunk with what was submitted
   * @param last number of the chunk with the last record
   */
  StoredTask read(long task, long whole, long last)
      throws RocksDBException, MalformedFrameException {
    ChunkReader first = open(wholes, whole, task);
    needBodies(first, whole);
    if (whole == last) {
      return first.task();
    }
    ChunkReader rest = open(rests, last, task);
    needBodies(rest, last);
    return rest.task(first.spec());
  }

  /** The head of a task's record in that chunk, until the next one is asked for. */
  ChunkReader head(long task, long chunk) throws RocksDBException, MalformedFrameException {
    return open(wholes, chunk, task);
  }

  private ChunkReader open(Opened chunk, long number, long task)
      throws RocksDBException, MalformedFrameException {
    if (chunk.number != number) {
      chunk.reader = heads(number);
      chunk.number = number;
    }
    if (!chunk.reader.seek(task)) {
      throw new MalformedFrameException("chunk " + number + " lacks task " + task);
    }
    return chunk.reader;
  }

  private void needBodies(ChunkReader reader, long number)
      throws RocksDBException, MalformedFrameException {
    if (!reader.hasBodies()) {
      byte[] bodies = disk.get(key(BODIES, number));
      if (bodies == null) {
        throw new MalformedFrameException("the bodies of chunk " + number + " are missing");
      }
      reader.bodies(bodies);
    }
  }

  /**
   * Writes a chunk with that batch.
   *
   * @return its bytes
   */
  static int put(WriteBatch batch, long number, ChunkWriter writer) throws RocksDBException {
    byte[] bodies = writer.bodies();
    byte[] heads = writer.finish();
    batch.put(key(HEADS, number), heads);
    if (bodies.length > 0) {
      batch.put(key(BODIES, number), bodies);
    }
    return heads.length + bodies.length;
  }

  static void delete(WriteBatch batch, long number) throws RocksDBException {
    batch.singleDelete(key(HEADS, number));
    batch.singleDelete(key(BODIES, number));
  }
}
