package dev.errand.dispatcher.core;

/**
 * Why something that was asked for is not done.
 *
 * @param kind for programs
 * @param message for people: what happened and what to do
 * @param retryMillis after which it may be done, if a limit is in its way; else 0
 */
public record Refusal(Kind kind, String message, long retryMillis) {

  /** What is in the way. */
  public enum Kind {
    /** What was asked for makes no sense. */
    INVALID,
    /** There is no such task. */
    UNKNOWN,
    /** It does not go together with what is there. */
    CONFLICT,
    /** A limit is reached. */
    LIMIT,
    /** The store has no room. */
    NO_ROOM
  }

  /** It makes no sense. */
  public static Refusal invalid(String message) {
    return new Refusal(Kind.INVALID, message, 0);
  }

  /** There is no such task. */
  public static Refusal unknown(String message) {
    return new Refusal(Kind.UNKNOWN, message, 0);
  }

  /** It does not go together with what is there. */
  public static Refusal conflict(String message) {
    return new Refusal(Kind.CONFLICT, message, 0);
  }
}
