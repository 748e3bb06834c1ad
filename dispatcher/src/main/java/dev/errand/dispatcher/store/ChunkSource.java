package dev.errand.dispatcher.store;

import dev.errand.protocol.frame.MalformedFrameException;
import org.rocksdb.RocksDBException;

/** Chunks by their numbers: of each the heads, and the bodies if it has any. */
interface ChunkSource {

  /** Null: there is no chunk of that number. */
  byte[] heads(long number) throws RocksDBException;

  /** Null: there are none. */
  byte[] bodies(long number) throws RocksDBException;

  /** The heads of a chunk; null: there is none of that number. */
  default ChunkReader find(long number) throws RocksDBException, MalformedFrameException {
    byte[] heads = heads(number);
    return heads == null ? null : new ChunkReader(heads);
  }

  /** The heads of a chunk that has to be there. */
  default ChunkReader read(long number) throws RocksDBException, MalformedFrameException {
    ChunkReader heads = find(number);
    if (heads == null) {
      throw new MalformedFrameException("chunk " + number + " is missing");
    }
    return heads;
  }

  /** Reads the bodies to those heads, if there are any and they are not there yet. */
  default void needBodies(ChunkReader reader, long number)
      throws RocksDBException, MalformedFrameException {
    if (!reader.hasBodies()) {
      byte[] bodies = bodies(number);
      if (bodies == null) {
        throw new MalformedFrameException("the bodies of chunk " + number + " are missing");
      }
      reader.bodies(bodies);
    }
  }
}
