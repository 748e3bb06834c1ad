package dev.errand.systemtests;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskState;

/** One end of a task: two that differ are two ends. */
record End(TaskState state, String result, String error, Task.Attempts attempts, Task.Times times) {

  static End of(Task task) {
    return new End(
        task.state(),
        task.result() == null ? null : task.result().text(),
        task.error() == null ? null : task.error().kind() + ": " + task.error().message(),
        task.attempts(),
        task.times());
  }
}
