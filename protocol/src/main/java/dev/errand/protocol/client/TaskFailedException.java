package dev.errand.protocol.client;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskState;

/** A task that ended without a result: failed or cancelled. */
public final class TaskFailedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Task task;

  public TaskFailedException(Task task) {
    super(
        "task "
            + task.id()
            + " of type '"
            + task.type()
            + "' "
            + (task.state() == TaskState.CANCELLED ? "was " : "")
            + task.state().text()
            + (task.error() == null
                ? ""
                : " after attempt "
                    + task.attempt()
                    + ": "
                    + task.error().kind().text()
                    + ": "
                    + task.error().message()));
    this.task = task;
  }

  /** The task as it ended. */
  public Task task() {
    return task;
  }
}
