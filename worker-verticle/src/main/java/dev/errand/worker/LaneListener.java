package dev.errand.worker;

/**
 * What lanes tell a worker of its attempts; all but the first are called on the thread of the
 * worker's context, and never before the call that is the reason has returned.
 */
interface LaneListener {

  /** Runs it as a turn of the worker; may be called from any thread. */
  void onOwner(Runnable step);

  /** The handler came to something; only the first counts. */
  void outcome(ActiveAttempt attempt, Ending ending);

  /** It never began, another worker may have it; instead of an outcome. */
  void release(ActiveAttempt attempt, String reason);

  /** Nothing of it holds a thread any more. */
  void ended(ActiveAttempt attempt);
}
