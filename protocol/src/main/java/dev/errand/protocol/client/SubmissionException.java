package dev.errand.protocol.client;

/** A task that was not accepted; nothing of it is left in the system unless the message says so. */
public final class SubmissionException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public SubmissionException(String message) {
    super(message);
  }
}
