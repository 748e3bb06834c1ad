package dev.errand.dispatcher.figures;

/**
 * Numbers readings and events, ascending; a dispatcher that started later begins with higher ones.
 * They are exact in JavaScript. Owner: the dispatcher's event loop.
 */
public final class Sequence {

  private static final long A_MILLI = 1_000;

  private long last;

  /** Begins at that time, in milliseconds since 1970. */
  public Sequence(long wallMillis) {
    last = wallMillis * A_MILLI;
  }

  /** The next number. */
  public long next() {
    return ++last;
  }

  /** The last number that was given. */
  public long last() {
    return last;
  }
}
