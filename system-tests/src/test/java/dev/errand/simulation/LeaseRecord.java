package dev.errand.simulation;

import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.Grant;

/** What the auditor knows of one lease. Owner: the auditor. */
final class LeaseRecord {

  /** Whether it lives, and else how it ended. */
  enum Status {
    LIVE,
    OUTCOME,
    GIVEN_BACK_UNSTARTED,
    GIVEN_BACK,
    LEFT,
    NEVER_ARRIVED,
    LOST,
    TIMED_OUT
  }

  final long id;
  final TaskRecord task;
  final long worker;
  final long timeoutNanos;
  Status status = Status.LIVE;

  /** When it began, or last went on. */
  long since;

  /** The handler's own result; null before, and if it failed. */
  boolean succeeded;

  /** The steps in which the dispatcher read of it. */
  long outcomeStep;

  long releaseStep;
  long heldStep;

  boolean releasedStarted;

  /** Whether a handler has begun. */
  boolean started;

  /** In the outcome that was read last; null if it succeeded. */
  TaskError error;

  LeaseRecord(Grant grant, TaskRecord task, long worker, long now) {
    this.id = grant.lease();
    this.task = task;
    this.worker = worker;
    this.timeoutNanos = grant.timeoutMillis() * 1_000_000;
    this.since = now;
  }

  /** Whether it may go on when its worker comes back, if there is no newer one. */
  boolean mayComeBack() {
    return status == Status.LOST || status == Status.LEFT || status == Status.GIVEN_BACK;
  }
}
