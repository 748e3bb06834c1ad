package dev.errand.simulation;

import java.util.List;
import java.util.stream.Stream;

/** A task goes from one place to another between two looks. */
record Move(Place from, Place to) {

  /** All that are allowed. */
  static final List<Move> ALL =
      List.of(
          new Move(Place.NOWHERE, Place.SUBMITTED),
          new Move(Place.SUBMITTED, Place.DELAYED),
          new Move(Place.SUBMITTED, Place.QUEUED),
          new Move(Place.SUBMITTED, Place.ASIDE),
          new Move(Place.ASIDE, Place.QUEUED),
          new Move(Place.ASIDE, Place.ENDING),
          new Move(Place.NOWHERE, Place.ASIDE),
          new Move(Place.DELAYED, Place.QUEUED),
          new Move(Place.DELAYED, Place.ENDING),
          new Move(Place.QUEUED, Place.LEASED),
          new Move(Place.QUEUED, Place.ENDING),
          new Move(Place.LEASED, Place.QUEUED),
          new Move(Place.LEASED, Place.BACKOFF),
          new Move(Place.LEASED, Place.ENDING),
          new Move(Place.BACKOFF, Place.QUEUED),
          new Move(Place.BACKOFF, Place.ENDING),
          new Move(Place.ENDING, Place.NOWHERE),
          new Move(Place.NOWHERE, Place.RECOVERING),
          new Move(Place.NOWHERE, Place.BACKOFF),
          new Move(Place.NOWHERE, Place.DELAYED),
          new Move(Place.RECOVERING, Place.QUEUED),
          new Move(Place.RECOVERING, Place.LEASED),
          new Move(Place.RECOVERING, Place.ENDING),
          new Move(Place.BACKOFF, Place.RECOVERING),
          new Move(Place.DELAYED, Place.RECOVERING));

  /** Of two that are allowed, in one step: a worker claims what a clock that jumped made wait. */
  private static final List<Move> COMPOSED =
      List.of(new Move(Place.BACKOFF, Place.LEASED), new Move(Place.DELAYED, Place.LEASED));

  private static final boolean[][] ALLOWED = allowed();

  private static boolean[][] allowed() {
    int places = Place.values().length;
    boolean[][] allowed = new boolean[places][places];
    Stream.concat(ALL.stream(), COMPOSED.stream())
        .forEach(move -> allowed[move.from.ordinal()][move.to.ordinal()] = true);
    return allowed;
  }

  static boolean allowed(Place from, Place to) {
    return ALLOWED[from.ordinal()][to.ordinal()];
  }

  @Override
  public String toString() {
    return from + " -> " + to;
  }
}
