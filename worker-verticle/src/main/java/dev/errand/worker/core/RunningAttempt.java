package dev.errand.worker.core;

import dev.errand.protocol.frame.Pool;

/** An attempt that takes a slot. Owner: the core's thread. */
final class RunningAttempt {

  final Attempt attempt;
  final Pool pool;
  final long deadlineNanos;

  /** Whether its outcome is still of interest: not yet told, not cancelled, not released. */
  boolean wanted = true;

  /** Whether the dispatcher closed it, or was told its end, before it left its slot. */
  boolean overstays;

  /** Whether it is of a store that is gone: the dispatcher that is there knows nothing of it. */
  boolean orphaned;

  /** Whether its handler was told that it is lost. */
  boolean lost;

  RunningAttempt(Attempt attempt, Pool pool, long deadlineNanos) {
    this.attempt = attempt;
    this.pool = pool;
    this.deadlineNanos = deadlineNanos;
  }
}
