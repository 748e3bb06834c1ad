package dev.errand.dispatcher.core;

import dev.errand.protocol.Progress;
import dev.errand.protocol.TaskError;
import java.util.List;

/**
 * A task that has not ended. It sits in exactly one place: its type's queue, the timing wheel (its
 * backoff), a lease, or the changes that are being made durable. Owner: the core's thread.
 */
final class LiveTask {

  /** Where the task sits. */
  enum Place {
    /** Its submission is not durable yet: nobody may see it. */
    SUBMITTED,
    QUEUED,
    BACKOFF,
    LEASED,
    /** Its end is not durable yet: it looks as if it still ran. */
    ENDING
  }

  private static final int SUSPECT_LOSSES = 2;

  final TaskSpec spec;
  final TypeQueue queue;
  Place place = Place.SUBMITTED;
  LiveTask previous;
  LiveTask next;

  /** Attempts granted. */
  int attempt;

  /** Attempts that failed by themselves: these count against the task's most. */
  int failures;

  /** Attempts that may have begun and ended with their worker. */
  int losses;

  /** The lease while {@link Place#LEASED}, or the last one if it ended by its worker's loss. */
  Lease lease;

  Timer backoff;
  long backoffUntil;
  TaskError error;
  String worker;
  long started;
  Progress progress;
  ClientPeer watcher;
  List<ClientPeer> moreWatchers;

  LiveTask(TaskSpec spec, TypeQueue queue) {
    this.spec = spec;
    this.queue = queue;
  }

  /**
   * Whether it may be what its workers die of: then it runs alone, so that nobody else dies with
   * it, and is not suspected because of others. Changes only while it is in no queue.
   */
  boolean isSuspect() {
    return losses >= SUSPECT_LOSSES;
  }
}
