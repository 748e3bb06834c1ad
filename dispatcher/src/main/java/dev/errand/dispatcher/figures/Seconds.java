package dev.errand.dispatcher.figures;

/**
 * When the last seconds ended. What was counted at each end lies at the same place of an array of
 * {@value #KEPT}. Owner: the dispatcher's event loop.
 */
final class Seconds {

  /** A minute, with the count at its beginning. */
  static final int KEPT = 61;

  private static final double NANOS = 1e9;

  private final long[] ends = new long[KEPT];
  private int place;
  private int known;

  /** The first second begins. */
  Seconds(long nanos) {
    ends[0] = nanos;
  }

  /** A second is over; gives the place of its counts. */
  int next(long nanos) {
    place = (place + 1) % KEPT;
    ends[place] = nanos;
    known = Math.min(known + 1, KEPT - 1);
    return place;
  }

  private int before(int seconds) {
    return Math.floorMod(place - Math.min(seconds, known), KEPT);
  }

  /** How much the count has grown in the last seconds, as far as there are so many. */
  long grown(long[] counts, int seconds) {
    return counts[place] - counts[before(seconds)];
  }

  /** The same, per second. */
  double rate(long[] counts, int seconds) {
    long nanos = ends[place] - ends[before(seconds)];
    return nanos == 0 ? 0 : grown(counts, seconds) * NANOS / nanos;
  }
}
