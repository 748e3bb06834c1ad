package dev.errand.bench;

import dev.errand.dispatcher.core.Deadlines;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The longest of the ticks of 28 minutes, in milliseconds, with so many deadlines spread over the
 * time from half an hour to so many minutes later: none is due, but the wheel turns on all but its
 * last level, and what lies there moves.
 */
final class WheelPause {

  private static final long FIRST = TimeUnit.MINUTES.toMillis(30);

  /** Crosses two slots of the third level. */
  private static final int TICKS = 170_000;

  private WheelPause() {}

  /** Prints the figure. Takes how many deadlines, and over how many minutes. */
  public static void main(String[] args) {
    int count = Integer.parseInt(args[0]);
    long to = FIRST + TimeUnit.MINUTES.toMillis(Long.parseLong(args[1]));
    longest(new Deadlines(10_000, FIRST, to, new Random(1)));
    System.out.println(longest(new Deadlines(count, FIRST, to, new Random(2))) / 1e6);
  }

  private static long longest(Deadlines wheel) {
    long longest = 0;
    long before = System.nanoTime();
    for (int tick = 0; tick < TICKS; tick++) {
      wheel.tick();
      long now = System.nanoTime();
      longest = Math.max(longest, now - before);
      before = now;
    }
    return longest;
  }
}
