package dev.errand.protocol.client;

/** A task whose end can't be learned: the dispatcher does not know it (any more). */
public final class TaskLostException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public TaskLostException(String message) {
    super(message);
  }
}
