package dev.errand.simulation;

import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskState;
import java.util.ArrayList;
import java.util.List;

/** What the auditor knows of one task. Owner: the auditor. */
final class TaskRecord {

  final long id;
  final TaskSpec spec;
  final Plan plan;
  int generation = 1;

  /** When the generation began, at the latest. */
  long openedAt;

  /** Whether the wall clock, which may be wrong, had a say in its times. */
  boolean recovered;

  /** Whether the generation's beginning is durable. */
  boolean durable;

  /** Whether some client was told that it is accepted. */
  boolean acknowledged;

  /** Whether somebody has ordered that it be cancelled. */
  boolean cancelled;

  /** The end of the generation as it went to the store; null before. */
  StoredTask end;

  boolean endDurable;

  /** The durable ends of all generations. */
  final List<StoredTask> ends = new ArrayList<>(1);

  Place place = Place.NOWHERE;

  /** How the ledger counts it; null: not at all. */
  TaskState state;

  /** The step in which the core last showed it. */
  long seen;

  int attempts;
  int failures;
  int losses;
  int starts;
  int kills;

  /** Attempts that ended and of which a restarted dispatcher may know nothing. */
  int forgotten;

  /** The one that lives; null if none does. */
  LeaseRecord lease;

  /** The newest one; null before the first. */
  LeaseRecord last;

  TaskRecord(TaskSpec spec, Plan plan, long now) {
    this.id = spec.id();
    this.spec = spec;
    this.plan = plan;
    this.openedAt = now;
  }

  /** Forgets what belongs to the generation before. */
  void begin(int anew, long now) {
    generation = anew;
    openedAt = now;
    durable = false;
    cancelled = false;
    end = null;
    endDurable = false;
    attempts = 0;
    failures = 0;
    losses = 0;
    starts = 0;
    kills = 0;
  }

  /** When it expires, if it does. */
  long expiry() {
    return openedAt + spec.terms().expiresIn() * 1_000_000;
  }

  /** Whether one of its generations has that end, for all that a client is told of it. */
  boolean hasEnded(Task end) {
    for (StoredTask each : ends) {
      if (each.state() == end.state()
          && (end.result() == null || end.result().equals(each.result()))) {
        return true;
      }
    }
    return false;
  }
}
