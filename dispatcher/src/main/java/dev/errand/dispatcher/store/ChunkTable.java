package dev.errand.dispatcher.store;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongLinkedOpenHashSet;
import java.util.Arrays;

/**
 * How much of each chunk is still of use. One of which nothing is can go; one of which little is
 * takes room for the rest, which is to be written anew; and many small ones take more than they
 * hold. Chunks are named by their slots here, which are used again. Owner: the store's thread.
 */
final class ChunkTable {

  /** A chunk is sparse if no more than this part of it is of use. */
  private static final int SPARSE_PART = 4;

  /** Below that many bytes it is small, and nothing is gained by what is not of use. */
  private static final int SMALL_BYTES = 4_096;

  private static final int MOST_SMALL = 2_048;
  private static final int SMALL_AT_ONCE = 64;

  private static final int SPARSE = 1;
  private static final int SMALL = 2;
  private static final int GRAVES = 4;

  private long[] numbers = new long[64];
  private int[] bytes = new int[64];
  private int[] most = new int[64];
  private int[] used = new int[64];
  private byte[] flags = new byte[64];
  private int slots = 1;

  private final IntArrayList free = new IntArrayList();
  private final Long2IntOpenHashMap slotOf = new Long2IntOpenHashMap();

  /** Of a chunk, those that say which of its tasks are kept no more. */
  private final Int2ObjectOpenHashMap<IntArrayList> buried = new Int2ObjectOpenHashMap<>();

  private final LongLinkedOpenHashSet sparse = new LongLinkedOpenHashSet();
  private final LongLinkedOpenHashSet small = new LongLinkedOpenHashSet();
  private LongArrayList dead = new LongArrayList();
  private long totalBytes;
  private long sum;
  private long sparseBytes;

  /** Bytes of all chunks. */
  long bytes() {
    return totalBytes;
  }

  int size() {
    return slotOf.size();
  }

  /** Chunks that may be written anew when they take too much room. */
  int queued() {
    return sparse.size() + small.size();
  }

  /** The numbers of all chunks, added up. */
  long sum() {
    return sum;
  }

  /** Slot of the chunk with that number; 0: there is none. */
  int slot(long number) {
    return slotOf.get(number);
  }

  /** Whether the slot is a chunk's. */
  boolean isThere(int slot) {
    return used[slot] > 0;
  }

  long number(int slot) {
    return numbers[slot];
  }

  /** A chunk in the making: it stays until it is finished. */
  int begin(long number) {
    int slot = free.isEmpty() ? slots++ : free.popInt();
    if (slot == numbers.length) {
      int room = slot * 2;
      numbers = Arrays.copyOf(numbers, room);
      bytes = Arrays.copyOf(bytes, room);
      most = Arrays.copyOf(most, room);
      used = Arrays.copyOf(used, room);
      flags = Arrays.copyOf(flags, room);
    }
    numbers[slot] = number;
    bytes[slot] = 0;
    most[slot] = 1;
    used[slot] = 1;
    flags[slot] = 0;
    slotOf.put(number, slot);
    sum += number;
    return slot;
  }

  /** Whether anything is of use of a chunk in the making. */
  boolean isOfUse(int slot) {
    return used[slot] > 1;
  }

  /** It has its length; something in it is of use. */
  void finish(int slot, int length) {
    used[slot]--;
    weigh(slot, length);
    lookWhetherSmall(slot);
  }

  /** It is none: nothing in it is of use. */
  void abandon(int slot) {
    used[slot] = 0;
    slotOf.remove(numbers[slot]);
    sum -= numbers[slot];
    free.add(slot);
  }

  private void weigh(int slot, int length) {
    bytes[slot] = length;
    totalBytes += length;
  }

  private void lookWhetherSmall(int slot) {
    if (bytes[slot] < SMALL_BYTES && flags[slot] == 0) {
      flags[slot] = SMALL;
      small.add(numbers[slot]);
    }
  }

  /** A chunk that is on the disk: it stays until {@link #allFound}. */
  int found(long number, int length) {
    int slot = begin(number);
    weigh(slot, length);
    return slot;
  }

  /** All that are on the disk have been found: those of which nothing is of use can go. */
  void allFound() {
    long[] all = slotOf.keySet().toLongArray();
    Arrays.sort(all);
    for (long number : all) {
      int slot = slotOf.get(number);
      release(slot);
      if (used[slot] > 0) {
        lookWhetherSmall(slot);
      }
    }
  }

  /** One more record of it is of use. */
  void retain(int slot) {
    used[slot]++;
    most[slot] = Math.max(most[slot], used[slot]);
  }

  /** One record of it is of use no more. */
  void release(int slot) {
    used[slot]--;
    if (used[slot] == 0) {
      remove(slot);
    } else if (flags[slot] == 0
        && bytes[slot] >= SMALL_BYTES
        && used[slot] <= most[slot] / SPARSE_PART) {
      flags[slot] = SPARSE;
      sparse.add(numbers[slot]);
      sparseBytes += bytes[slot];
    }
  }

  private void remove(int slot) {
    slotOf.remove(numbers[slot]);
    sum -= numbers[slot];
    dead.add(numbers[slot]);
    totalBytes -= bytes[slot];
    sparseBytes -= flags[slot] == SPARSE ? bytes[slot] : 0;
    sparse.remove(numbers[slot]);
    small.remove(numbers[slot]);
    free.add(slot);
    IntArrayList graves = buried.remove(slot);
    if (graves != null) {
      graves.forEach(this::release);
    }
  }

  /**
   * A task of a chunk is kept no more, which another chunk has to say for as long as the first one
   * is there: it still has the task's record.
   */
  void bury(int slot, int grave) {
    IntArrayList graves = buried.computeIfAbsent(slot, any -> new IntArrayList(1));
    if (graves.isEmpty() || graves.getInt(graves.size() - 1) != grave) {
      graves.add(grave);
      retain(grave);
      if (flags[grave] == 0) {
        flags[grave] = GRAVES;
      }
    }
  }

  /** Takes the numbers of the chunks that can go. */
  LongArrayList dead() {
    LongArrayList all = dead;
    dead = new LongArrayList();
    return all;
  }

  /**
   * Takes chunks whose rest is to be written anew, if they take too much room: one that is sparse,
   * or some small ones.
   *
   * @return their slots; mostly none
   */
  IntArrayList untidy(long mostSparseBytes) {
    IntArrayList found = new IntArrayList(0);
    while (sparseBytes > mostSparseBytes && found.isEmpty() && !sparse.isEmpty()) {
      take(sparse, found);
    }
    if (found.isEmpty() && small.size() > MOST_SMALL) {
      while (found.size() < SMALL_AT_ONCE && !small.isEmpty()) {
        take(small, found);
      }
    }
    return found;
  }

  private void take(LongLinkedOpenHashSet queue, IntArrayList found) {
    int slot = slotOf.get(queue.removeFirstLong());
    if (slot != 0) {
      found.add(slot);
    }
  }
}
