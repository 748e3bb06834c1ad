package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.StoredTask;
import dev.errand.protocol.frame.MalformedFrameException;
import org.rocksdb.RocksDBException;

/**
 * Records of tasks in chunks; those that follow each other in a chunk cost its reading once. Owner:
 * the store's.
 */
final class ChunkRecords {

  /** A chunk that was read of late. */
  private static final class Opened {
    private long number;
    private ChunkReader reader;
  }

  private final ChunkSource chunks;
  private final Opened wholes = new Opened();
  private final Opened rests = new Opened();

  ChunkRecords(ChunkSource chunks) {
    this.chunks = chunks;
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
    chunks.needBodies(first, whole);
    if (whole == last) {
      return first.task();
    }
    ChunkReader rest = open(rests, last, task);
    chunks.needBodies(rest, last);
    return rest.task(first.spec());
  }

  /** The head of a task's record in that chunk, until the next one is asked for. */
  ChunkReader head(long task, long chunk) throws RocksDBException, MalformedFrameException {
    return open(wholes, chunk, task);
  }

  private ChunkReader open(Opened chunk, long number, long task)
      throws RocksDBException, MalformedFrameException {
    if (chunk.number != number) {
      chunk.reader = chunks.read(number);
      chunk.number = number;
    }
    if (!chunk.reader.seek(task)) {
      throw new MalformedFrameException("chunk " + number + " lacks task " + task);
    }
    return chunk.reader;
  }
}
