package dev.errand.bench;

/**
 * Latencies in nanoseconds, counted in buckets, each at most 1.6 % wider than the one before. Not
 * for two threads at once.
 */
final class Latencies {

  /** Values of one power of two share so many bits' worth of buckets. */
  private static final int BITS = 6;

  private final long[] buckets = new long[Long.SIZE << BITS];
  private long count;
  private long max;

  void add(long nanos) {
    buckets[bucket(nanos)]++;
    count++;
    max = Math.max(max, nanos);
  }

  private static int bucket(long nanos) {
    int shift = Math.max(0, Long.SIZE - 1 - BITS - Long.numberOfLeadingZeros(nanos | 1));
    return (shift << BITS) + (int) (nanos >>> shift);
  }

  /** The middle of a bucket, in nanoseconds. */
  private static double middle(int bucket) {
    int shift = Math.max(0, (bucket >>> BITS) - 1);
    long least = (long) (bucket - (shift << BITS)) << shift;
    return least + (1L << shift) / 2.0;
  }

  long count() {
    return count;
  }

  /**
   * The latency that so large a part does not exceed, in nanoseconds.
   *
   * @param part of all, such as 0.99
   */
  double quantile(double part) {
    long left = (long) Math.ceil(count * part);
    int bucket = 0;
    while (bucket < buckets.length - 1 && (left -= buckets[bucket]) > 0) {
      bucket++;
    }
    return Math.min(max, middle(bucket));
  }
}
