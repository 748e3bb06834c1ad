package dev.errand.simulation;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskState;
import dev.errand.simulation.LeaseRecord.Status;
import java.util.List;
import java.util.Map;

/** Checks what goes to the store, and what a dispatcher finds there. Owner: the auditor. */
final class StoreAudit {

  private final Simulation simulation;
  private final Books books;

  StoreAudit(Simulation simulation, Books books) {
    this.simulation = simulation;
    this.books = books;
  }

  /** Changes go to the store. */
  void appended(Changes changes) {
    for (StoredTask record : changes.tasks()) {
      TaskRecord task = books.tasks.get(record.spec().id());
      if (task == null) {
        task = submitted(record.spec());
      }
      if (record.tries().generation() != task.generation
          || record.tries().attempts() > task.attempts) {
        throw new Violation(
            Invariant.ATTEMPTS_GROW,
            task.id,
            "stored with " + record.tries() + ", it had " + task.attempts + " attempts");
      }
      if (record.state().terminal()) {
        ends(task, record);
      }
    }
  }

  private TaskRecord submitted(TaskSpec spec) {
    Plan plan = simulation.plan(spec.payload());
    TaskRecord task = new TaskRecord(spec, plan, books.now());
    books.note(Journal.Event.SUBMITTED, spec.id(), plan.number(), 0);
    if (books.byBody[plan.body()] != null
        || books.tasks.put(spec.id(), task) != null
        || spec.key() != null && books.keys.put(spec.key(), spec.id()) != null) {
      throw new Violation(
          Invariant.SAME_KEY_SAME_TASK, spec.id(), "one submission, or key, became two tasks");
    }
    books.byBody[plan.body()] = task;
    books.move(task, Place.SUBMITTED);
    return task;
  }

  private void ends(TaskRecord task, StoredTask end) {
    books.note(Journal.Event.END_APPENDED, task.id, 0, 0);
    if (task.end != null) {
      throw new Violation(Invariant.ONE_END, task.id, "it ends a second time");
    }
    task.end = end;
    switch (end.state()) {
      case SUCCEEDED -> succeeded(task, end);
      case CANCELLED -> {
        if (!task.cancelled) {
          throw new Violation(Invariant.ONE_END, task.id, "cancelled, and nobody ordered it");
        }
      }
      default -> failed(task, end);
    }
  }

  private void failed(TaskRecord task, StoredTask end) {
    int most = task.spec.terms().maxAttempts();
    boolean right =
        switch (end.error().kind()) {
          case HANDLER, TIMEOUT -> task.failures >= most;
          case REJECTED ->
              task.last.status == Status.OUTCOME
                  && task.last.error != null
                  && task.last.error.kind() == ErrorKind.REJECTED;
          case WORKER_LOST -> task.spec.atMostOnce();
          case POISON -> task.losses >= Books.MOST_LOSSES;
          case EXPIRED ->
              task.spec.terms().expiresIn() != 0
                  && (task.recovered
                      || books.now() + books.stoodStill + Books.TURN_NANOS >= task.expiry());
          default -> false;
        };
    if (!right) {
      throw new Violation(
          end.error().kind() == ErrorKind.POISON ? Invariant.POISON_STOPS : Invariant.ATTEMPTS_GROW,
          task.id,
          "it ends as %s after %d failures of %d and %d losses"
              .formatted(end.error().kind().text(), task.failures, most, task.losses));
    }
  }

  private static void succeeded(TaskRecord task, StoredTask end) {
    long lease = Long.parseLong(end.result().text());
    if (task.last == null || task.last.id != lease) {
      throw new Violation(Invariant.ONE_LEASE, task.id, "an older lease's result counts");
    }
    if (task.last.status != Status.OUTCOME || !task.last.succeeded) {
      throw new Violation(
          Invariant.ONE_LEASE,
          task.id,
          "a result counts, and its lease ended by " + task.last.status);
    }
  }

  /** Changes are durable. */
  void recorded(Changes changes) {
    for (StoredTask record : changes.tasks()) {
      TaskRecord task = books.tasks.get(record.spec().id());
      if (!task.durable) {
        task.durable = true;
        books.note(Journal.Event.RECORDED, task.id, 0, 0);
      }
      if (record.state().terminal() && record == task.end) {
        task.endDurable = true;
        task.ends.add(record);
        books.note(Journal.Event.END_RECORDED, task.id, 0, 0);
      }
    }
  }

  /** What the store has kept is what counts from now on; gives how many tasks have not ended. */
  int recovers(Map<Long, StoredTask> stored, List<TypeSettings> settings) {
    int live = 0;
    for (TaskRecord task : List.copyOf(books.tasks.values())) {
      StoredTask record = stored.get(task.id);
      if (record == null) {
        erase(task);
      } else {
        recovers(task, record);
        live += record.state().terminal() ? 0 : 1;
      }
    }
    books.types.values().forEach(type -> type.paused = false);
    books.types.values().forEach(type -> type.limit = 0);
    for (TypeSettings each : settings) {
      books.types.get(each.type()).paused = each.paused();
      books.types.get(each.type()).limit = each.limit();
    }
    return live;
  }

  private void erase(TaskRecord task) {
    if (task.acknowledged) {
      throw new Violation(
          Invariant.ACKNOWLEDGED_IS_NEVER_LOST, task.id, "acknowledged, and not in the store");
    }
    books.tasks.remove(task.id);
    books.byBody[task.plan.body()] = null;
    if (task.spec.key() != null) {
      books.keys.remove(task.spec.key());
    }
  }

  private void recovers(TaskRecord task, StoredTask record) {
    Tries tries = record.tries();
    books.note(Journal.Event.RECOVERED, task.id, tries.attempts(), tries.losses());
    if (task.generation == tries.generation() && task.endDurable && !record.state().terminal()) {
      throw new Violation(Invariant.ONE_END, task.id, "its recorded end is gone");
    }
    // What ends an attempt is not forced: with a loss of power it may be forgotten.
    task.forgotten += Math.max(0, task.losses - tries.losses());
    task.forgotten += Math.max(0, task.failures - tries.failures()) + 1;
    task.generation = tries.generation();
    task.recovered = true;
    task.durable = true;
    task.cancelled = false;
    task.attempts = tries.attempts();
    task.failures = tries.failures();
    task.losses = tries.losses();
    task.end = null;
    task.endDurable = false;
    if (record.lease() != null && record.lease().owner() != 0) {
      task.last = books.leases.get(record.lease().id());
      if (record.lease().open() && !record.state().terminal()) {
        task.last.status = Status.LOST;
        task.last.counted = record.state() != TaskState.RUNNING;
        task.last.worker = record.lease().owner();
      } else if (task.last.status == Status.ORPHANED) {
        task.last.status = Status.NEVER_ARRIVED;
      }
    } else {
      task.last = null;
    }
    if (record.state().terminal()) {
      task.end = record;
      task.endDurable = true;
      if (!task.ends.contains(record)) {
        task.ends.add(record);
      }
      books.count(task, record.state());
    }
  }
}
