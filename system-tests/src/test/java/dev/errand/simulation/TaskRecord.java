package dev.errand.simulation;

import dev.errand.dispatcher.core.EndedTask;
import dev.errand.dispatcher.core.TaskSpec;

/** What the auditor knows of one task. Owner: the auditor. */
final class TaskRecord {

  final long id;
  final TaskSpec spec;
  final Plan plan;

  /** Whether its submission is durable. */
  boolean durable;

  /** Whether some client was told that it is accepted. */
  boolean acknowledged;

  /** Its end as it went to the store; null before. */
  EndedTask end;

  boolean endDurable;
  Place place = Place.NOWHERE;

  /** The step in which the core last showed it. */
  long seen;

  int attempts;
  int failures;
  int losses;
  int starts;
  int kills;

  /** The one that lives; null if none does. */
  LeaseRecord lease;

  /** The newest one; null before the first. */
  LeaseRecord last;

  TaskRecord(TaskSpec spec, Plan plan) {
    this.id = spec.id();
    this.spec = spec;
    this.plan = plan;
  }
}
