package dev.errand.simulation;

import dev.errand.protocol.TaskRequest;

/**
 * What a submission asks for, and what its attempts will do.
 *
 * @param number which submission
 * @param body its payload: submissions of one body are the same task
 * @param acts by attempt, the last one repeated
 * @param good whether the dispatcher should take it
 * @param contested whether another submission has its key and another body: one of them is refused
 */
record Plan(
    int number, int body, TaskRequest request, Act[] acts, boolean good, boolean contested) {

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

  /** Whether it may be submitted any number of times. */
  boolean repeatable() {
    return request.idempotencyKey() != null
        || request.batch() != null && request.batch().line() != 0;
  }
}
