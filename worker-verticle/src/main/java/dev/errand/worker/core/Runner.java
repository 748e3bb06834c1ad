package dev.errand.worker.core;

import dev.errand.protocol.frame.Grant;

/** Runs attempts, and tells an {@link AttemptListener} what they come to. */
public interface Runner {

  /**
   * Starts an attempt; there is a slot for it. The {@link AttemptListener} hears nothing of it
   * before this has returned.
   */
  Attempt run(Grant grant);
}
