package dev.errand.protocol;

import java.util.Locale;

/**
 * Why a task that is not running waits.
 *
 * @param code for programs
 * @param message for people, such as {@code no worker offers 'resize'}
 */
public record WaitingFor(Code code, String message) {

  /** What a task can wait for. */
  public enum Code {
    /** No live worker offers the task's type. */
    NO_WORKER,
    /** Every slot for the type is taken. */
    SLOTS_BUSY,
    /** The pause before the next attempt. */
    BACKOFF,
    /** The time it asked not to start before. */
    DELAY,
    /** Its type is paused. */
    PAUSED,
    /** As many of its type run as may run at once. */
    LIMIT,
    /** The dispatcher has just started again: a worker may still have it. */
    RECOVERING;

    /** As it reads in JSON: {@code "no-worker"}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The code that {@link #text} gave. */
    public static Code of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }
}
