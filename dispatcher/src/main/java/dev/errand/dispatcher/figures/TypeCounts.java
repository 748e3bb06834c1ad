package dev.errand.dispatcher.figures;

/**
 * What happened to a type's tasks since the dispatcher started.
 *
 * @param type its name, or {@link Meters#OTHERS}
 * @param submitted tasks that came
 * @param succeeded ended so
 * @param failed ended so
 * @param cancelled ended so
 * @param failedAttempts that failed by themselves or took too long
 * @param lostAttempts that ended with their worker
 * @param waits see {@link Latencies}
 * @param runs see {@link Latencies}
 * @param totals see {@link Latencies}
 */
public record TypeCounts(
    String type,
    long submitted,
    long succeeded,
    long failed,
    long cancelled,
    long failedAttempts,
    long lostAttempts,
    Times waits,
    Times runs,
    Times totals) {

  /**
   * How long things took.
   *
   * @param upToMillis the largest time of each size, the last one infinite; not to be changed
   * @param counts how many were of which size; not to be changed
   * @param sumMillis of all
   */
  public record Times(double[] upToMillis, long[] counts, long sumMillis) {

    Times plus(Times other) {
      long[] sums = counts.clone();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += other.counts[i];
      }
      return new Times(upToMillis, sums, sumMillis + other.sumMillis);
    }
  }

  /** Both together under that name. */
  TypeCounts plus(TypeCounts other, String name) {
    return new TypeCounts(
        name,
        submitted + other.submitted,
        succeeded + other.succeeded,
        failed + other.failed,
        cancelled + other.cancelled,
        failedAttempts + other.failedAttempts,
        lostAttempts + other.lostAttempts,
        waits.plus(other.waits),
        runs.plus(other.runs),
        totals.plus(other.totals));
  }
}
