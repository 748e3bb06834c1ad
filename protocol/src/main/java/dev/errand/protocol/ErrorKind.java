package dev.errand.protocol;

import java.util.Locale;

/** Why an attempt, or a task, failed. The order is the wire's: new ones go to the end. */
public enum ErrorKind {
  /** The handler threw, or its future failed. */
  HANDLER,
  /** No outcome within the attempt's timeout. */
  TIMEOUT,
  /** The worker was lost and the task may run at most once. */
  WORKER_LOST,
  /** The handler's result is not JSON. */
  RESULT_INVALID,
  /** The handler's result is over {@code limits.result}. */
  RESULT_TOO_LARGE,
  /** The handler said that no further attempt can help. */
  REJECTED,
  /** Its workers were lost while it ran, one after the other, the last one alone with it. */
  POISON,
  /** It had not ended when its {@code expiresIn} was over. */
  EXPIRED;

  private static final ErrorKind[] VALUES = values();

  /** As it reads in JSON: {@code "worker-lost"}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The kind of that ordinal.
   *
   * @return null if there is none
   */
  public static ErrorKind of(int ordinal) {
    return ordinal >= 0 && ordinal < VALUES.length ? VALUES[ordinal] : null;
  }

  /** The kind that {@link #text} gave. */
  public static ErrorKind of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
