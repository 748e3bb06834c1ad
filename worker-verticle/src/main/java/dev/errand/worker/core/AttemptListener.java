package dev.errand.worker.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskError;

/**
 * What a runner tells of its attempts; called on the worker's own context, and never before the
 * call that is the reason has returned.
 */
public interface AttemptListener {

  /**
   * The handler came to something; at most once for an attempt.
   *
   * @param result JSON; null if it failed
   * @param error null if it succeeded
   * @param runMicros how long it ran, in microseconds
   */
  void outcome(Attempt attempt, Bytes result, TaskError error, long runMicros);

  /** The handler's code is really out of its slot; exactly once for an attempt, and last. */
  void ended(Attempt attempt);

  /**
   * Another worker may have it, at no cost to the task; instead of an outcome.
   *
   * @param started whether the handler had begun
   * @param reason for the log
   */
  void release(Attempt attempt, boolean started, String reason);
}
