package dev.errand.dispatcher;

import it.unimi.dsi.fastutil.longs.LongArrayFIFOQueue;

/**
 * How long changes wait until they are durable: the longest within the last {@value #WINDOW_NANOS}
 * ns or a little more. They become so in the order in which they were handed over. Owner: the
 * dispatcher's event loop.
 */
final class StoreLag {

  private static final long WINDOW_NANOS = 10_000_000_000L;
  private static final long MILLI = 1_000_000L;

  private final LongArrayFIFOQueue begun = new LongArrayFIFOQueue();
  private long windowBegan;
  private long longest;
  private long longestBefore;

  /** Of a store to which nothing was handed over yet. */
  StoreLag(long nanos) {
    windowBegan = nanos;
  }

  /** Changes are handed over. */
  void begins(long nanos) {
    begun.enqueue(nanos);
  }

  /** The oldest of those that wait do not any more. */
  void ends(long nanos) {
    turn(nanos);
    longest = Math.max(longest, nanos - begun.dequeueLong());
  }

  private void turn(long nanos) {
    long age = nanos - windowBegan;
    if (age >= WINDOW_NANOS) {
      longestBefore = age < 2 * WINDOW_NANOS ? longest : 0;
      longest = 0;
      windowBegan = nanos;
    }
  }

  /** The longest wait, also of what still waits, in milliseconds. */
  long millis(long nanos) {
    turn(nanos);
    long waits = begun.isEmpty() ? 0 : nanos - begun.firstLong();
    return Math.max(waits, Math.max(longest, longestBefore)) / MILLI;
  }
}
