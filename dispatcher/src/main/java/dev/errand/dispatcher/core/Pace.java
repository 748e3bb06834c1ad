package dev.errand.dispatcher.core;

/** How fast tasks end, to tell when there will be room for others. Owner: the core's thread. */
final class Pace {

  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long LEAST_MILLIS = 1_000;
  private static final long MOST_MILLIS = 60_000;

  /** The part of a limit that should be free before more are taken. */
  private static final long ROOM = 100;

  private long lookedNanos;
  private long lookedEnded;
  private double perSecond;

  Pace(long startNanos) {
    lookedNanos = startNanos;
  }

  /** To be called now and then with the number of tasks that have ended so far. */
  void look(long ended, long nanos) {
    double seconds = (double) (nanos - lookedNanos) / SECOND_NANOS;
    if (seconds >= 1) {
      perSecond = (perSecond + (ended - lookedEnded) / seconds) / 2;
      lookedEnded = ended;
      lookedNanos = nanos;
    }
  }

  /** Milliseconds until a hundredth of that many tasks will have ended, between 1 s and 1 min. */
  long untilRoomIn(long tasks) {
    double seconds = (tasks / ROOM + 1) / Math.max(perSecond, 1.0 / MOST_MILLIS);
    return Math.max(LEAST_MILLIS, Math.min(MOST_MILLIS, (long) (seconds * 1_000)));
  }
}
