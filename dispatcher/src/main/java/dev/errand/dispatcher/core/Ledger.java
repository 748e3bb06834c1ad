package dev.errand.dispatcher.core;

import dev.errand.protocol.TaskState;

/**
 * How many tasks are in which state: {@code submitted} is the sum of the others at any time.
 *
 * @param submitted since the store was made
 */
public record Ledger(
    long submitted,
    long scheduled,
    long queued,
    long running,
    long succeeded,
    long failed,
    long cancelled) {

  /** The counts while they change. Owner: the core's thread. */
  static final class Book {

    private final long[] counts = new long[TaskState.values().length];
    private long submitted;

    void submitted(TaskState state) {
      submitted++;
      counts[state.ordinal()]++;
    }

    /** Tasks that ended in an earlier life and are not kept any more. */
    void add(Ledger forgotten) {
      submitted += forgotten.submitted();
      counts[TaskState.SUCCEEDED.ordinal()] += forgotten.succeeded();
      counts[TaskState.FAILED.ordinal()] += forgotten.failed();
      counts[TaskState.CANCELLED.ordinal()] += forgotten.cancelled();
    }

    void moved(TaskState from, TaskState to) {
      counts[from.ordinal()]--;
      counts[to.ordinal()]++;
    }

    Ledger read() {
      return new Ledger(
          submitted,
          count(TaskState.SCHEDULED),
          count(TaskState.QUEUED),
          count(TaskState.RUNNING),
          count(TaskState.SUCCEEDED),
          count(TaskState.FAILED),
          count(TaskState.CANCELLED));
    }

    private long count(TaskState state) {
      return counts[state.ordinal()];
    }
  }
}
