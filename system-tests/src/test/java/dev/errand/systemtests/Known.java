package dev.errand.systemtests;

import dev.errand.protocol.TaskState;

/**
 * What the books must have at least.
 *
 * @param acknowledged tasks
 * @param succeeded that ended so for good
 * @param failed that ended so for good
 * @param cancelled that ended so for good
 */
record Known(int acknowledged, int succeeded, int failed, int cancelled) {

  static final Known NOTHING = new Known(0, 0, 0, 0);

  Known oneMore() {
    return new Known(acknowledged + 1, succeeded, failed, cancelled);
  }

  Known oneMore(TaskState end) {
    return new Known(
        acknowledged,
        succeeded + (end == TaskState.SUCCEEDED ? 1 : 0),
        failed + (end == TaskState.FAILED ? 1 : 0),
        cancelled + (end == TaskState.CANCELLED ? 1 : 0));
  }

  boolean isIn(Books books) {
    return acknowledged <= books.submitted()
        && succeeded <= books.succeeded()
        && failed <= books.failed()
        && cancelled <= books.cancelled();
  }
}
