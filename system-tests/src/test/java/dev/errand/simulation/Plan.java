package dev.errand.simulation;

import dev.errand.protocol.TaskRequest;

/**
 * What a submission asks for, and what its attempts will do.
 *
 * @param number which one; its payload
 * @param acts by attempt, the last one repeated
 * @param good whether the dispatcher should take it
 */
record Plan(int number, TaskRequest request, Act[] acts, boolean good) {

  /** What a handler does. */
  enum Deed {
    SUCCEED,
    FAIL,
    REJECT,
    /** Until it is asked to stop. */
    HANG,
    /** Hangs, and goes on for a while when it is asked to stop. */
    STUBBORN,
    /** Kills its worker. */
    POISON
  }

  /**
   * One attempt.
   *
   * @param nanos how long until it comes to something; for {@link Deed#STUBBORN} after the cancel
   * @param talks whether it tells of its progress
   */
  record Act(Deed deed, long nanos, boolean talks) {}

  Act act(int attempt) {
    return acts[Math.min(attempt, acts.length) - 1];
  }
}
