package dev.errand.dispatcher.core;

import dev.errand.protocol.Progress;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import java.util.ArrayList;
import java.util.List;

/**
 * A task that has not ended. It sits in exactly one place. As a timer it fires when its wait for a
 * time or its patience is over. Fields that few waiting tasks need are in one object, {@link
 * #past}, which is there from the first lease on: there may be millions of waiting tasks. Owner:
 * the core's thread.
 */
final class LiveTask extends Timer {

  /** Where the task sits. */
  enum Place {
    /** Its submission, or its retry, is not durable yet: nobody may see it. */
    SUBMITTED,
    /** It asked not to begin yet. */
    DELAYED,
    QUEUED,
    /** The dispatcher has started again, and a worker may still run it. */
    RECOVERING,
    BACKOFF,
    LEASED,
    /** Its end is not durable yet: it looks as it did before. */
    ENDING
  }

  /** What became of it so far. */
  static final class Past {
    /** The lease while {@link Place#LEASED}; or the last one, while its worker may come back. */
    Lease lease;

    StoredTask.LastLease last;
    TaskError error;
    Progress progress;
    HistoryEntry history;
  }

  private static final Past NOTHING = new Past();
  private static final int SUSPECT_LOSSES = 2;

  final TaskSpec spec;
  final TaskQueue queue;
  Place place = Place.SUBMITTED;

  /** What is seen from outside. */
  TaskState state = TaskState.QUEUED;

  /** Where its {@link TaskTable} has it. */
  TaskTable.Page page;

  int placeOnPage;

  /** Whether its generation began in an earlier life of the dispatcher. */
  boolean recovered;

  LiveTask previous;
  LiveTask next;

  /** When the generation began, milliseconds since 1970. */
  long opened;

  Tries tries = Tries.NONE;

  /** Since when its generation may run; the older one goes first. */
  long readyNanos;

  /**
   * When its delay or backoff is over; of one that waits for a worker, since when it does. Changes
   * only while it is in no line.
   */
  long wakeNanos;

  /** When it has to have ended; {@link Long#MAX_VALUE}: never. */
  long expiryNanos = Long.MAX_VALUE;

  ClientPeer watcher;
  List<ClientPeer> moreWatchers;
  private Past past = NOTHING;

  LiveTask(TaskSpec spec, TaskQueue queue) {
    this.spec = spec;
    this.queue = queue;
    this.opened = spec.submitted();
  }

  @Override
  void fire(Now now) {
    queue.type.owner.due(this, now);
  }

  /** To be read only: {@link #write} gives the one to be changed. */
  Past past() {
    return past;
  }

  Past write() {
    if (past == NOTHING) {
      past = new Past();
    }
    return past;
  }

  /** See {@link StoredTask#isUntried}. */
  boolean isUntried() {
    return state == TaskState.QUEUED
        && tries.generation() == 1
        && past == NOTHING
        && spec.terms().delay() == 0
        && spec.terms().expiresIn() == 0;
  }

  /** Whether it waits for a time. */
  boolean isScheduled() {
    return place == Place.DELAYED || place == Place.BACKOFF;
  }

  /** Whether it had to have ended by now. */
  boolean isExpired(Now now) {
    return expiryNanos != Long.MAX_VALUE && expiryNanos - now.nanos() <= 0;
  }

  /**
   * Whether it may be what its workers die of: then it runs alone, so that nobody else dies with
   * it, and is not suspected because of others. Changes only while it is in no queue.
   */
  boolean isSuspect() {
    return tries.losses() >= SUSPECT_LOSSES;
  }

  /** Who is to be told of its end. */
  List<ClientPeer> watchers() {
    if (moreWatchers == null) {
      return watcher == null ? List.of() : List.of(watcher);
    }
    List<ClientPeer> all = new ArrayList<>(moreWatchers);
    all.add(watcher);
    return all;
  }

  void add(
      HistoryEntry.Event event, int attempt, String worker, long from, long to, String reason) {
    Past own = write();
    own.history = HistoryEntry.after(own.history, event, attempt, worker, from, to, reason);
  }
}
