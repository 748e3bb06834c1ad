package dev.errand.protocol.client;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import java.util.function.Consumer;

/** One task on its way from this client; told what becomes of it. Owner: the client's thread. */
abstract class Submission {

  final TaskRequest request;
  final boolean watched;
  long number;

  /** Another one that waits for the end of the same task; null: none. */
  private Submission next;

  Submission(TaskRequest request, boolean watched) {
    this.request = request;
    this.watched = watched;
  }

  /** Whether the dispatcher finds out if it is told of the same task again. */
  boolean isKnownAgain() {
    return request.idempotencyKey() != null
        || request.batch() != null && request.batch().line() != 0;
  }

  /** Those wait for the same task. */
  final void chain(Submission others) {
    next = others;
  }

  /** What is left of a chain; null: nothing. */
  static Submission without(Submission first, Submission one) {
    if (first == one) {
      return one.next;
    }
    for (Submission each = first; each != null; each = each.next) {
      if (each.next == one) {
        each.next = one.next;
      }
    }
    return first;
  }

  /** This one and those that are chained to it. */
  final void forEach(Consumer<Submission> each) {
    for (Submission one = this; one != null; one = one.next) {
      each.accept(one);
    }
  }

  /** The dispatcher has it for good, under that id; known: it had it before. */
  abstract void accepted(long id, boolean known);

  /** It ended; only if watched. */
  abstract void ended(Task task);

  /** It was refused, or nobody knows what became of it. */
  abstract void failed(RuntimeException why);
}
