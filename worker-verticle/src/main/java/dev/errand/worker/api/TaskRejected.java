package dev.errand.worker.api;

/** The task can't be done by any further attempt: it fails at once, without a retry. */
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
}
