package dev.errand.dispatcher.store;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayFIFOQueue;
import it.unimi.dsi.fastutil.longs.LongArrayList;

/**
 * How much of each chunk is still of use. One of which nothing is can go; one of which little is
 * takes room for the rest, which is to be written anew. Owner: the store's thread.
 */
final class ChunkTable {

  /** A chunk is sparse if no more than this part of it is of use. */
  private static final int SPARSE_PART = 4;

  /** Below that many bytes nothing is gained. */
  private static final int LITTLE_BYTES = 4_096;

  private static final class Chunk {
    private int bytes;
    private int most;
    private int used;
    private boolean sparse;
    private boolean graves;

    /** Chunks that say which of its tasks are kept no more. */
    private LongArrayList buried;

    private Chunk(int bytes) {
      this.bytes = bytes;
    }
  }

  private final Long2ObjectOpenHashMap<Chunk> chunks = new Long2ObjectOpenHashMap<>();
  private final LongArrayFIFOQueue sparse = new LongArrayFIFOQueue();
  private LongArrayList dead = new LongArrayList();
  private long bytes;
  private long sparseBytes;

  /** Bytes of all chunks. */
  long bytes() {
    return bytes;
  }

  int size() {
    return chunks.size();
  }

  void add(long number, int length) {
    chunks.put(number, new Chunk(length));
    bytes += length;
  }

  /** A chunk in the making: it stays until it is finished. */
  void begin(long number) {
    add(number, 0);
    retain(number);
  }

  /** It has its length; false if nothing in it is of use. */
  boolean finish(long number, int length) {
    Chunk chunk = chunks.get(number);
    chunk.used--;
    if (chunk.used == 0) {
      chunks.remove(number);
      return false;
    }
    chunk.bytes = length;
    bytes += length;
    return true;
  }

  /** One more record of it is of use. */
  void retain(long number) {
    Chunk chunk = chunks.get(number);
    chunk.used++;
    chunk.most = Math.max(chunk.most, chunk.used);
  }

  /** One record of it is of use no more. */
  void release(long number) {
    Chunk chunk = chunks.get(number);
    chunk.used--;
    if (chunk.used == 0) {
      remove(number, chunk);
    } else if (!chunk.sparse
        && !chunk.graves
        && chunk.bytes > LITTLE_BYTES
        && chunk.used <= chunk.most / SPARSE_PART) {
      chunk.sparse = true;
      sparse.enqueue(number);
      sparseBytes += chunk.bytes;
    }
  }

  private void remove(long number, Chunk chunk) {
    chunks.remove(number);
    dead.add(number);
    bytes -= chunk.bytes;
    sparseBytes -= chunk.sparse ? chunk.bytes : 0;
    if (chunk.buried != null) {
      chunk.buried.forEach(this::release);
    }
  }

  /**
   * A task of a chunk is kept no more, which another chunk has to say for as long as the first one
   * is there: it still has the task's record.
   */
  void bury(long number, long grave) {
    Chunk chunk = chunks.get(number);
    if (chunk == null) {
      return;
    }
    if (chunk.buried == null) {
      chunk.buried = new LongArrayList(1);
    }
    int count = chunk.buried.size();
    if (count == 0 || chunk.buried.getLong(count - 1) != grave) {
      chunk.buried.add(grave);
      retain(grave);
      chunks.get(grave).graves = true;
    }
  }

  /** Whether it is there. */
  boolean has(long number) {
    return chunks.containsKey(number);
  }

  /** Takes the chunks that can go. */
  LongArrayList dead() {
    LongArrayList all = dead;
    dead = new LongArrayList();
    return all;
  }

  /** After all have been read anew: those of which nothing is of use go. */
  void removeUnused() {
    for (long number : chunks.keySet().toLongArray()) {
      Chunk chunk = chunks.get(number);
      if (chunk.used == 0) {
        remove(number, chunk);
      }
    }
  }

  /**
   * Takes the next sparse chunk, if the sparse ones take too much room.
   *
   * @return 0: they do not
   */
  long sparse(long mostBytes) {
    while (sparseBytes > mostBytes && !sparse.isEmpty()) {
      long number = sparse.dequeueLong();
      if (chunks.containsKey(number)) {
        return number;
      }
    }
    return 0;
  }
}
