package dev.errand.dispatcher.figures;

/**
 * How long tasks that ended in the last minute took.
 *
 * @param waits from when they could begin to when their first attempt did
 * @param runs of their last attempt
 * @param totals from their submission, or manual retry, to their end
 */
public record Latencies(Percentiles waits, Percentiles runs, Percentiles totals) {

  /** Nothing has ended. */
  public static final Latencies NONE =
      new Latencies(Percentiles.NONE, Percentiles.NONE, Percentiles.NONE);
}
