package dev.errand.dispatcher.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;

/**
 * A task that reached its terminal state.
 *
 * @param spec what was submitted
 * @param state terminal
 * @param result JSON if it succeeded, else null
 * @param error why it failed; null if it succeeded
 * @param attempt number of the last one; 0 if there was none
 * @param worker name of the worker of the last one; null if there was none
 * @param started the last attempt, milliseconds since 1970; 0 if there was none
 * @param finished milliseconds since 1970
 */
public record EndedTask(
    TaskSpec spec,
    TaskState state,
    Bytes result,
    TaskError error,
    int attempt,
    String worker,
    long started,
    long finished) {

  /** As seen from outside. */
  public Task view() {
    return new Task(
        TaskId.text(spec.id()),
        spec.type(),
        state,
        spec.payload(),
        result,
        error,
        new Task.Attempts(attempt, spec.maxAttempts(), worker),
        new Task.Times(spec.submitted(), started, finished),
        Terms.USUAL_PRIORITY,
        null,
        null,
        null);
  }

  /** The same, holding on to nothing else of the frames it came in. */
  public EndedTask compact() {
    return new EndedTask(
        spec.compact(),
        state,
        result == null ? null : result.compact(),
        error,
        attempt,
        worker,
        started,
        finished);
  }

  /** Bytes of payload, result and error; an error's characters may take two each. */
  public int bytes() {
    int ending =
        error == null ? result.length() : 2 * (error.message().length() + error.detail().length());
    return spec.payload().length() + ending;
  }
}
