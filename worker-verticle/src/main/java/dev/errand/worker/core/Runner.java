package dev.errand.worker.core;

import dev.errand.protocol.frame.CancelReason;

/** Runs attempts, and tells an {@link AttemptListener} what they come to. */
public interface Runner {

  /** Starts an attempt; there is a slot for it. */
  void run(Attempt attempt);

  /** Asks an attempt to stop; it keeps its slot until it has ended. */
  void cancel(long lease, CancelReason reason);
}
