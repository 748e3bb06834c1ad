package dev.errand.dispatcher.store;

import dev.errand.protocol.frame.MalformedFrameException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;

/**
 * Chunks that were read of late, in some memory; those that can't be read are told, and not tried
 * again. Not thread-safe.
 */
final class OpenChunks {

  private static final long MOST_BYTES = 64L << 20;

  private final ChunkFiles files;
  private final Consumer<String> problem;
  private final Map<Long, ChunkReader> open = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  OpenChunks(ChunkFiles files, Consumer<String> problem) {
    this.files = files;
    this.problem = problem;
  }

  /** Heads and, if they can be read, bodies; null if not even the heads can. */
  ChunkReader get(long number) {
    if (open.containsKey(number)) {
      return open.get(number);
    }
    ChunkReader chunk = read(number);
    bytes += chunk == null ? 0 : chunk.bytes();
    while (bytes > MOST_BYTES && !open.isEmpty()) {
      ChunkReader oldest = open.remove(open.keySet().iterator().next());
      bytes -= oldest == null ? 0 : oldest.bytes();
    }
    open.put(number, chunk);
    return chunk;
  }

  private ChunkReader read(long number) {
    ChunkReader chunk = null;
    try {
      chunk = files.read(number);
      if (chunk.bodyBytes() > 0) {
        files.needBodies(chunk, number);
      }
    } catch (RocksDBException e) {
      problem.accept(ChunkFiles.ofChunk(number, e));
    } catch (MalformedFrameException e) {
      problem.accept("chunk " + number + ": " + e.getMessage());
    }
    return chunk;
  }
}
