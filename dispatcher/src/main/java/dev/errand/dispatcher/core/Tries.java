package dev.errand.dispatcher.core;

/**
 * How often a task was tried. Immutable.
 *
 * @param generation from 1; a manual retry begins the next one
 * @param attempts that were leased in this generation
 * @param failures attempts that failed by themselves: these count against the task's most
 * @param losses attempts that ended with their worker
 */
public record Tries(int generation, int attempts, int failures, int losses) {

  /** Of a task that was just submitted. */
  static final Tries NONE = new Tries(1, 0, 0, 0);

  /** Most tasks get no further than that. */
  public static final Tries ONE = new Tries(1, 1, 0, 0);

  /** The same object for the same numbers, where that is worth it. */
  public static Tries of(int generation, int attempts, int failures, int losses) {
    Tries tries = new Tries(generation, attempts, failures, losses);
    return tries.equals(NONE) ? NONE : tries.equals(ONE) ? ONE : tries;
  }

  Tries attempted() {
    return this == NONE ? ONE : new Tries(generation, attempts + 1, failures, losses);
  }

  Tries failed() {
    return new Tries(generation, attempts, failures + 1, losses);
  }

  Tries lost() {
    return new Tries(generation, attempts, failures, losses + 1);
  }

  /** The worker turned out not to be lost, or not to have begun. */
  Tries notLost() {
    return new Tries(generation, attempts, failures, losses - 1);
  }

  /** From the beginning. */
  Tries again() {
    return new Tries(generation + 1, 0, 0, 0);
  }
}
