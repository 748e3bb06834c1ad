package dev.errand.dispatcher.figures;

import org.HdrHistogram.Histogram;

/**
 * Of times in the last minute, in milliseconds, wrong by a sixteenth at most; 0 if there were none.
 *
 * @param p50 half of them took no longer
 * @param p99 ninety-nine of a hundred took no longer
 */
public record Percentiles(long p50, long p99) {

  /** Of no times at all. */
  public static final Percentiles NONE = new Percentiles(0, 0);

  static Percentiles of(Histogram times) {
    return times.getTotalCount() == 0 ? NONE : new Percentiles(at(times, 50), at(times, 99));
  }

  private static long at(Histogram times, double percentile) {
    return times.medianEquivalentValue(times.getValueAtPercentile(percentile));
  }
}
