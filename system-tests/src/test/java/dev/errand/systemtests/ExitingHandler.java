package dev.errand.systemtests;

import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.TaskContext;

/** {@code exit}: ends its process. */
public final class ExitingHandler implements BlockingTaskHandler {

  static final int CODE = 7;

  @Override
  public String type() {
    return "exit";
  }

  @Override
  public Object handle(TaskContext task) {
    System.exit(CODE);
    return null;
  }
}
