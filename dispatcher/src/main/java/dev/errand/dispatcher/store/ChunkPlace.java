package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.TypeSettings;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongList;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;

/** Where a {@link ChunkStore} puts its chunks. Owner: the store's. */
interface ChunkPlace extends ChunkSource, AutoCloseable {

  /** What changes together, all of it or nothing. */
  final class Write {

    /** A chunk that is new; without bodies these are empty. */
    record Chunk(long number, byte[] heads, byte[] bodies) {

      int bytes() {
        return heads.length + bodies.length;
      }
    }

    final List<Chunk> chunks = new ArrayList<>(3);
    final List<TypeSettings> types = new ArrayList<>(0);
    LongList dead = new LongArrayList(0);

    /** Whether it has to be safe from a loss of power at once. */
    boolean urgent;

    boolean isEmpty() {
      return chunks.isEmpty() && types.isEmpty() && dead.isEmpty();
    }
  }

  /** What is kept beside the chunks. */
  Notes notes();

  /** Whether it outlives the process; then each step of a task is kept, not only its ends. */
  boolean lasts();

  /**
   * Keeps it. Blocks.
   *
   * @param newest number of the newest chunk that ever was, this write's with it
   * @param count how many chunks there are then
   * @param sum of their numbers
   */
  void write(Write write, long newest, int count, long sum) throws RocksDBException;

  /** While nothing else is to be done, what was not urgent becomes safe. Blocks. */
  void rest() throws RocksDBException;

  /**
   * Looks after itself.
   *
   * @param now milliseconds since 1970
   * @param live bytes of tasks that have not ended
   */
  void look(long now, long live) throws RocksDBException, IOException;

  /** Why nothing new should be taken; null: there is room. May be asked by any thread. */
  String noRoom();

  /** See {@link TaskStore#space}. May be asked by any thread. */
  TaskStore.Space space();

  /** What is told of it when it failed. */
  StoreException failed(Exception e);

  /** What is told of it when it can't be read. */
  StoreException damaged(Exception e);

  @Override
  void close();
}
