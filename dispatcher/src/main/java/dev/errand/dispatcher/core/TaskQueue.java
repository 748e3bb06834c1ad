package dev.errand.dispatcher.core;

import dev.errand.protocol.Terms;
import java.util.Map;
import java.util.Optional;

/**
 * The waiting tasks of one type that require the same of a worker, and the workers that carry what
 * they require. A task's rank is the time since which it waits, and each step of priority is worth
 * a minute of waiting: so the higher priority goes first, and none waits for ever. Owner: the
 * core's thread.
 */
final class TaskQueue {

  /** What a step of priority is worth. */
  private static final long STEP_NANOS = 60_000_000_000L;

  final TaskType type;
  final Map<String, String> require;
  final Offers offers = new Offers();

  /** Tasks that wait here, or may come back. */
  int live;

  private final TaskLine[] lines = new TaskLine[Terms.MAX_PRIORITY + 1];
  private final TaskLine suspects = new TaskLine();

  /** What is not in memory, by priority; null where all ever was. */
  private final Backlog[] backlogs = new Backlog[Terms.MAX_PRIORITY + 1];

  /** A bit for each priority of which a task waits. */
  private int occupied;

  private int ordinary;

  TaskQueue(TaskType type, Map<String, String> require) {
    this.type = type;
    this.require = require;
  }

  int size() {
    return ordinary + suspects.size();
  }

  /** The next of those that may run beside others; null if there is none. */
  LiveTask first() {
    if (occupied == 0) {
      return null;
    }
    LiveTask best = null;
    for (int left = occupied; left != 0; left &= left - 1) {
      LiveTask head = lines[Integer.numberOfTrailingZeros(left)].first();
      if (best == null || rank(head) - rank(best) <= 0) {
        best = head;
      }
    }
    return best;
  }

  /** The next of those that have to run alone; null if there is none. */
  LiveTask firstSuspect() {
    return suspects.first();
  }

  /** Lower goes first; to be compared by difference. */
  static long rank(LiveTask task) {
    return task.readyNanos - task.spec.terms().priority() * STEP_NANOS;
  }

  /** A new task waits behind all others of its priority. */
  void addLast(LiveTask task) {
    line(task).addLast(task);
    added(task);
  }

  /** A task that comes back has waited before. */
  void addFirst(LiveTask task) {
    line(task).addFirst(task);
    added(task);
  }

  private TaskLine line(LiveTask task) {
    if (task.isSuspect()) {
      return suspects;
    }
    int priority = task.spec.terms().priority();
    if (lines[priority] == null) {
      lines[priority] = new TaskLine();
    }
    return lines[priority];
  }

  /** So many of that priority are in memory. */
  int waiting(int priority) {
    return lines[priority] == null ? 0 : lines[priority].size();
  }

  /** What is not in memory of that priority. */
  Backlog backlog(int priority) {
    if (backlogs[priority] == null) {
      backlogs[priority] = new Backlog(this, priority);
    }
    return backlogs[priority];
  }

  private void added(LiveTask task) {
    task.place = LiveTask.Place.QUEUED;
    if (!task.isSuspect()) {
      ordinary++;
      occupied |= 1 << task.spec.terms().priority();
    }
    type.queued(this);
  }

  void remove(LiveTask task) {
    TaskLine line = line(task);
    line.remove(task);
    if (!task.isSuspect()) {
      ordinary--;
      if (line.size() == 0) {
        occupied &= ~(1 << task.spec.terms().priority());
      }
      Backlog backlog = backlogs[task.spec.terms().priority()];
      if (backlog != null) {
        type.owner.left(backlog);
      }
    } else if (suspects.size() == 0) {
      unreserve();
    }
    type.unqueued(this);
  }

  /** No worker is kept free for its suspects any more. */
  void unreserve() {
    reserved().ifPresent(offering -> offering.worker.reserve(null));
  }

  /** The worker that is kept free for this queue's suspects. */
  Optional<Offering> reserved() {
    return offers.all().filter(offering -> offering.worker.reservedFor() == this).findFirst();
  }

  /** Whether that worker carries what is required. */
  boolean admits(WorkerPeer worker) {
    return worker.labels.entrySet().containsAll(require.entrySet());
  }

  /** The task that has waited longest, whether it may run beside others or not; or null. */
  LiveTask oldest() {
    LiveTask oldest = suspects.oldest();
    for (TaskLine line : lines) {
      oldest = line == null ? oldest : TaskLine.older(oldest, line.oldest());
    }
    return oldest;
  }
}
