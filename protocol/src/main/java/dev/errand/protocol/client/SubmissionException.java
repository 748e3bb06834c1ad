package dev.errand.protocol.client;

import java.time.Duration;

/** A task that was not accepted; nothing of it is left in the system unless the message says so. */
public final class SubmissionException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final Duration retryAfter;

  public SubmissionException(String message) {
    this(message, null);
  }

  SubmissionException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  /** When the same may be taken: only a limit was in its way; null if that is not the reason. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
