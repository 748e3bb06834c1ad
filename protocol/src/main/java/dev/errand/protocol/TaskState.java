package dev.errand.protocol;

import java.util.Locale;

/** What becomes of a task; the last three are terminal. */
public enum TaskState {
  /** Waits for a time: its delay, or the backoff before its next attempt. */
  SCHEDULED,
  /** Waits for a worker. */
  QUEUED,
  /** Leased to a worker. */
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  private static final TaskState[] VALUES = values();

  /**
   * Whether a task of this state may be of that state next. What has ended goes on by a manual
   * retry only.
   */
  public boolean mayBecome(TaskState next) {
    return switch (this) {
      case SCHEDULED -> next == QUEUED || next == FAILED || next == CANCELLED;
      case QUEUED -> next == RUNNING || next == FAILED || next == CANCELLED;
      case RUNNING -> next != RUNNING;
      case SUCCEEDED, FAILED, CANCELLED -> next == QUEUED;
    };
  }

  /** Whether this is the task's end. */
  public boolean terminal() {
    return ordinal() >= SUCCEEDED.ordinal();
  }

  /** As it reads in JSON: {@code "queued"}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The state of that ordinal.
   *
   * @return null if there is none
   */
  public static TaskState of(int ordinal) {
    return ordinal >= 0 && ordinal < VALUES.length ? VALUES[ordinal] : null;
  }

  /** The state that {@link #text} gave. */
  public static TaskState of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
