package dev.errand.protocol.client;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;

/** One task on its way from this client; told what becomes of it. Owner: the client's thread. */
abstract class Submission {

  final TaskRequest request;
  final boolean watched;
  long number;

  Submission(TaskRequest request, boolean watched) {
    this.request = request;
    this.watched = watched;
  }

  /** Whether the dispatcher finds out if it is told of the same task again. */
  boolean isKnownAgain() {
    return request.idempotencyKey() != null
        || request.batch() != null && request.batch().line() != 0;
  }

  /** The dispatcher has it for good, under that id; known: it had it before. */
  abstract void accepted(long id, boolean known);

  /** It ended; only if watched. */
  abstract void ended(Task task);

  /** It was refused, or nobody knows what became of it. */
  abstract void failed(RuntimeException why);
}
