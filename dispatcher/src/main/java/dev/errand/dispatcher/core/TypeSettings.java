package dev.errand.dispatcher.core;

/**
 * What was set for a type by hand.
 *
 * @param type its name
 * @param paused whether none of its tasks begins
 * @param limit how many may run at once; 0: any number
 * @param since when it was set, milliseconds since 1970
 */
public record TypeSettings(String type, boolean paused, int limit, long since) {

  /** A type's of which nothing was ever set. */
  static TypeSettings usual(String type) {
    return new TypeSettings(type, false, 0, 0);
  }

  /** Whether it may as well be forgotten. */
  boolean isUsual() {
    return !paused && limit == 0;
  }
}
