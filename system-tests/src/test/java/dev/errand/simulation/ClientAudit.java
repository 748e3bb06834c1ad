package dev.errand.simulation;

import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.Done;

/** Checks what clients are told, and what they hear. Owner: the auditor. */
final class ClientAudit {

  private final Books books;
  private final CoreSettings.Limits limits;

  ClientAudit(Books books, CoreSettings.Limits limits) {
    this.books = books;
    this.limits = limits;
  }

  /** The dispatcher says that a task is accepted. */
  void accepted(Accepted accepted) {
    if (accepted.id() == 0) {
      return;
    }
    TaskRecord task = books.tasks.get(accepted.id());
    if (task == null || !task.durable && task.generation == 1) {
      throw new Violation(
          Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
          accepted.id(),
          "acknowledged before it was durable");
    }
    task.acknowledged = true;
  }

  /** The dispatcher says how a task ended. */
  void done(Done done) {
    TaskRecord task = books.tasks.get(done.id());
    if (task == null || done.task() == null) {
      throw new Violation(
          Invariant.ACKNOWLEDGED_IS_NEVER_LOST, done.id(), "a client is told that it is unknown");
    }
    if (!task.hasEnded(done.task())) {
      throw new Violation(
          Invariant.ONE_END, task.id, "a client is told of an end that isn't durable");
    }
  }

  /** A client hears that a task is accepted. */
  void acknowledged(ClientNode client, Plan plan, long id) {
    books.note(Journal.Event.ACCEPTED, id, client.incarnation, plan.number());
    TaskRecord task = books.tasks.get(id);
    if (!plan.good()) {
      throw new Violation(Invariant.BOUNDED_MEMORY, id, "accepted, and it should be refused");
    }
    if (task == null || task.plan.body() != plan.body()) {
      throw new Violation(
          Invariant.SAME_KEY_SAME_TASK, id, "accepted for another submission: " + plan.number());
    }
    if (task.plan != plan) {
      books.tally.fault(Fault.KEY_REPEATED);
    }
  }

  /** A client hears of an end; gives the task's id. */
  long told(ClientNode client, Task end) {
    long id = TaskId.parse(end.id());
    books.note(Journal.Event.TOLD, id, client.incarnation, 0);
    if (!books.tasks.get(id).hasEnded(end)) {
      throw new Violation(
          Invariant.ONE_END, id, "a client hears of another end than the recorded one");
    }
    return id;
  }

  void abandoned(ClientNode client, long id, RuntimeException why) {
    throw new Violation(
        Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
        id,
        Journal.peer(client.incarnation) + " is told: " + why.getMessage());
  }

  /** A client hears that there is no room. */
  void full(ClientNode client) {
    if (limits.queued() >= books.byBody.length && limits.queuedBytes() > Integer.MAX_VALUE) {
      throw new Violation(
          Invariant.BOUNDED_MEMORY,
          0,
          Journal.peer(client.incarnation) + " hears that there is no room, and there is");
    }
  }

  /** A client hears that nobody knows. */
  void unknown(ClientNode client) {
    if (books.restarts == 0) {
      throw new Violation(
          Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
          0,
          Journal.peer(client.incarnation) + " hears that nobody knows what became of a task");
    }
  }

  void refused(ClientNode client, Plan plan, RuntimeException why) {
    String key = plan.request().idempotencyKey();
    Long other = key == null ? null : books.keys.get(key);
    if (other != null && books.tasks.get(other.longValue()).plan.body() != plan.body()) {
      books.tally.fault(Fault.KEY_CONFLICT);
      return;
    }
    throw new Violation(
        plan.contested() ? Invariant.SAME_KEY_SAME_TASK : Invariant.ACKNOWLEDGED_IS_NEVER_LOST,
        0,
        Journal.peer(client.incarnation)
            + " hears that submission "
            + plan.number()
            + " is refused: "
            + why.getMessage());
  }
}
