package dev.errand.systemtests;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import java.util.Objects;
import java.util.Set;

/**
 * A task to submit, and what may come of it.
 *
 * @param name of its own; submitted twice, it is the same task
 * @param request as it is submitted
 * @param result of its success, in JSON; null: it can't succeed
 * @param failures what it may fail of; any task may be poison
 * @param then what its client does once it is acknowledged
 */
record Order(String name, TaskRequest request, String result, Set<ErrorKind> failures, Then then) {

  /** What a client does after the submission. */
  enum Then {
    /** Waits for its end. */
    WAIT,
    /** Cancels it, and waits for its end. */
    CANCEL,
    /** Waits for its end, tries it again by hand once, and waits for its end. */
    RETRY
  }

  /** Whether it may run at most once. */
  boolean once() {
    return request.terms().maxAttempts() == 1;
  }

  /** Whether the same may be submitted again and is the same task. */
  boolean repeatable() {
    return request.idempotencyKey() != null || request.batch() != null;
  }

  /** Whether the task may have ended like that. */
  boolean allows(Task task) {
    return switch (task.state()) {
      case SUCCEEDED -> result != null && result.equals(task.result().text());
      case FAILED -> {
        ErrorKind kind = task.error().kind();
        yield kind == ErrorKind.POISON || failures.contains(kind);
      }
      case CANCELLED -> then == Then.CANCEL;
      default -> false;
    };
  }

  /** Whether this is the task that was submitted. */
  boolean isOf(Task task) {
    String batch = request.batch() == null ? null : request.batch().batch();
    return request.type().equals(task.type())
        && request.payload().equals(task.payload())
        && Objects.equals(batch, task.batch());
  }
}
