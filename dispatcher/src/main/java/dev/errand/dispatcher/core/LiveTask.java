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

  final TaskSpec spec;
  final TypeQueue queue;
  Place place = Place.SUBMITTED;
  LiveTask previous;
  LiveTask next;

  /** Attempts granted. */
  int attempt;

  /** Attempts that failed by themselves: these count against the task's most. */
  int failures;

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
}
