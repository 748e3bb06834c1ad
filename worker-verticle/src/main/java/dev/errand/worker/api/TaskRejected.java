package dev.errand.worker.api;

/**
 * Thrown by a handler, or the failure of its future: no further attempt can do the task. It fails
 * at once, without a retry.
 */
public final class TaskRejected extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * A rejection.
   *
   * @param message one line for whoever submitted the task
   */
  public TaskRejected(String message) {
    super(message);
  }

  /**
   * A rejection with a cause, whose stack trace goes into the error's detail.
   *
   * @param message one line for whoever submitted the task
   */
  public TaskRejected(String message, Throwable cause) {
    super(message, cause);
  }
}
