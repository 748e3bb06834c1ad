package dev.errand.systemtests;

import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskRejected;

/** {@code refuse}: never does it, for the reason that is its payload. */
public final class RefusingHandler implements BlockingTaskHandler {

  static final String TYPE = "refuse";

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Object handle(TaskContext task) {
    throw new TaskRejected(task.payload(String.class));
  }
}
