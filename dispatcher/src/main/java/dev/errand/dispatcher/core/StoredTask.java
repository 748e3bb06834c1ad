package dev.errand.dispatcher.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Done;

/**
 * All that is to be kept of a task at one moment: the last record of a task replaces those before,
 * and from the last records of all tasks a dispatcher can go on.
 *
 * @param spec what was submitted
 * @param state where it is
 * @param opened when its generation began, milliseconds since 1970
 * @param tries how often it was tried
 * @param lease its last lease; null if it never had one
 * @param result JSON if it succeeded, else null
 * @param error of the last failed attempt, or why it failed for good; null if there is none
 * @param due when it waits no more, while scheduled; when it ended, if it has; else 0; milliseconds
 *     since 1970
 * @param history what happened; null: nothing yet
 */
public record StoredTask(
    TaskSpec spec,
    TaskState state,
    long opened,
    Tries tries,
    LastLease lease,
    Bytes result,
    TaskError error,
    long due,
    HistoryEntry history) {

  /**
   * The last lease of a task.
   *
   * @param id of the lease
   * @param owner incarnation of the worker; 0: there was none
   * @param worker its name; null: there was none
   * @param started when it was leased, milliseconds since 1970
   * @param timeout of the attempt, in milliseconds
   * @param open whether its worker may still come back with its outcome
   */
  public record LastLease(
      long id, long owner, String worker, long started, long timeout, boolean open) {

    /** Of a generation that had no lease yet: none up to that id is of it. */
    static LastLease none(long upTo) {
      return new LastLease(upTo, 0, null, 0, 0, false);
    }
  }

  /**
   * Whether it waits in its queue since it was submitted, without a time at which anything happens:
   * then only its turn can change that, or somebody's wish.
   */
  public boolean isUntried() {
    return state == TaskState.QUEUED
        && tries.generation() == 1
        && lease == null
        && error == null
        && history == null
        && spec.terms().delay() == 0
        && spec.terms().expiresIn() == 0;
  }

  /** As seen from outside, once it has ended. */
  public Task view() {
    Done.Head head = head();
    return new Task(
        TaskId.text(spec.id()),
        head.type(),
        state,
        spec.payload(),
        result,
        error,
        head.attempts(),
        head.times(),
        head.priority(),
        head.batch(),
        null,
        null);
  }

  /** What its watchers are told whatever its end. */
  Done.Head head() {
    return new Done.Head(
        spec.type(),
        spec.terms().priority(),
        spec.batch() == null ? null : spec.batch().batch(),
        new Task.Attempts(
            tries.attempts(), spec.terms().maxAttempts(), lease == null ? null : lease.worker()),
        new Task.Times(spec.submitted(), lease == null ? 0 : lease.started(), due));
  }

  /** The same, holding on to nothing else of the frames it came in. */
  public StoredTask compact() {
    return new StoredTask(
        spec.compact(),
        state,
        opened,
        tries,
        lease,
        result == null ? null : result.compact(),
        error,
        due,
        history);
  }

  /** The same without payload and result, and holding on to nothing of them. */
  public StoredTask bare() {
    return new StoredTask(spec.bare(), state, opened, tries, lease, null, error, due, history);
  }

  /** Bytes of payload, result, texts; a text's characters may take two each. */
  public int bytes() {
    int bytes = spec.payload().length() + (result == null ? 0 : result.length());
    bytes += error == null ? 0 : 2 * (error.message().length() + error.detail().length());
    bytes += spec.key() == null ? 0 : 2 * spec.key().length();
    for (HistoryEntry each = history; each != null; each = each.before()) {
      bytes += HISTORY_BYTES + 2 * each.reason().length();
    }
    return bytes;
  }

  private static final int HISTORY_BYTES = 64;
}
