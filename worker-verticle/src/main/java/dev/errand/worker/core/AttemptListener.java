package dev.errand.worker.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Progress;
import dev.errand.protocol.TaskError;

/** What a runner tells of its attempts; called on the worker's own context. */
public interface AttemptListener {

  /**
   * The handler came to something; at most once for a lease.
   *
   * @param result JSON; null if it failed
   * @param error null if it succeeded
   * @param runMicros how long it ran, in microseconds
   */
  void outcome(long lease, Bytes result, TaskError error, long runMicros);

  /** The handler's code is really out of its slot; exactly once for a lease, and last. */
  void ended(long lease);

  /**
   * Another worker may have it, at no cost to the task; instead of an outcome.
   *
   * @param started whether the handler had begun
   * @param reason for the log
   */
  void release(long lease, boolean started, String reason);

  /** How far it says it is. */
  void progress(long lease, Progress progress);
}
