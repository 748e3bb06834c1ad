package dev.errand.simulation;

import dev.errand.protocol.TaskError;

/** What the auditor knows of one lease. Owner: the auditor. */
final class LeaseRecord {

  /** Whether it lives, and else how it ended. */
  enum Status {
    LIVE,
    OUTCOME,
    GIVEN_BACK,
    LEFT,
    NEVER_ARRIVED,
    LOST,
    TIMED_OUT,
    EXPIRED,
    CANCELLED,
    /** A newer one of an earlier life turned up. */
    SUPERSEDED,
    /** The dispatcher died, and has not said anything of it since. */
    ORPHANED
  }

  final long id;
  final TaskRecord task;
  final int generation;
  Status status = Status.LIVE;

  /** Incarnation of its worker; 0: not told yet. */
  long worker;

  long timeoutNanos;

  /** When its worker was told of it, or it last went on; before that, when it was given. */
  long since;

  /** Whether its worker was told of it. */
  boolean sent;

  /** Whether a handler has begun. */
  boolean started;

  /** Whether the handler came to something. */
  boolean ended;

  /** Whether the handler succeeded. */
  boolean succeeded;

  /** Whether its loss counts as one of the task's. */
  boolean counted;

  /** Whether it ended and its worker has not said that the handler has. */
  boolean zombie;

  /** The steps in which the dispatcher read of it. */
  long outcomeStep;

  long releaseStep;
  long heldStep;

  /** In the outcome that was read last; null if it succeeded. */
  TaskError error;

  LeaseRecord(long id, TaskRecord task, long now) {
    this.id = id;
    this.task = task;
    this.generation = task.generation;
    this.since = now;
  }
}
