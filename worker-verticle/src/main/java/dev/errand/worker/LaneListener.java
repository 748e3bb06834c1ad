package dev.errand.worker;

import dev.errand.worker.Outcomes.Ending;

/** What lanes tell of their attempts; all but the first two are called on the worker's context. */
interface LaneListener {

  /** Runs it on the worker's context. */
  void onOwner(Runnable step);

  /** How large a result may be, in bytes. */
  int resultLimit();

  /** The handler came to something; only the first counts. */
  void outcome(ActiveAttempt attempt, Ending ending);

  /** It was begun, but another worker may have it. */
  void release(ActiveAttempt attempt, String reason);

  /** Nothing of it runs any more. */
  void ended(ActiveAttempt attempt);
}
