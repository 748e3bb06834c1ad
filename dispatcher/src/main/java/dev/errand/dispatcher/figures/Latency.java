package dev.errand.dispatcher.figures;

import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.IntCountsHistogram;

/**
 * Times of one kind, in milliseconds: counted by size since the start, and percentiles over the
 * last minute. Owner: the dispatcher's event loop.
 */
final class Latency {

  /** Sizes double from one to the next: up to 1 ms, 2 ms … 2^22 ms (70 minutes), and above. */
  static final int BUCKETS = 24;

  /** Parts of the minute. */
  static final int PARTS = 6;

  /** Twelve days: what takes longer is counted as that. */
  private static final long MOST_MILLIS = 1L << 30;

  /** A sixteenth at most is what a percentile may be wrong by. */
  private static final int DIGITS = 1;

  /** The largest time of each bucket. */
  private static final double[] UP_TO =
      IntStream.range(0, BUCKETS)
          .mapToDouble(i -> i == BUCKETS - 1 ? Double.POSITIVE_INFINITY : 1L << i)
          .toArray();

  private final long[] buckets = new long[BUCKETS];
  private final IntCountsHistogram[] parts = new IntCountsHistogram[PARTS];
  private IntCountsHistogram current;
  private int part;
  private long sum;

  Latency() {
    current = new IntCountsHistogram(DIGITS);
    parts[0] = current;
  }

  /** For sums of many. */
  static Histogram scratch() {
    return new Histogram(DIGITS);
  }

  void record(long millis) {
    long value = Math.min(Math.max(millis, 0), MOST_MILLIS);
    buckets[bucket(value)]++;
    sum += value;
    current.recordValue(value);
  }

  private static int bucket(long millis) {
    return millis <= 1 ? 0 : Math.min(BUCKETS - 1, 64 - Long.numberOfLeadingZeros(millis - 1));
  }

  /** The next part of the minute begins, and what is a minute old is forgotten. */
  void turn() {
    part = (part + 1) % PARTS;
    if (parts[part] == null) {
      parts[part] = new IntCountsHistogram(DIGITS);
    } else if (parts[part].getTotalCount() > 0) {
      parts[part].reset();
    }
    current = parts[part];
  }

  /** Adds the times of the part that goes on. */
  void addPartTo(Histogram all) {
    if (current.getTotalCount() > 0) {
      all.add(current);
    }
  }

  /** Adds the last minute's times. */
  void addTo(Histogram all) {
    for (IntCountsHistogram each : parts) {
      if (each != null && each.getTotalCount() > 0) {
        all.add(each);
      }
    }
  }

  /** All since the start. */
  TypeCounts.Times times() {
    return new TypeCounts.Times(UP_TO, buckets.clone(), sum);
  }
}
