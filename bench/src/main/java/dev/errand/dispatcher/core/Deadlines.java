package dev.errand.dispatcher.core;

import java.util.random.RandomGenerator;

/** The dispatcher's timing wheel, full of deadlines, for whoever measures it from outside. */
public final class Deadlines {

  private static final long TICK_NANOS = TimingWheel.TICK_MILLIS * 1_000_000L;

  private final TimingWheel wheel = new TimingWheel(0);
  private long nanos;
  private long fired;

  private final class Deadline extends Timer {
    @Override
    void fire(Now now) {
      fired++;
    }
  }

  /**
   * Sets so many deadlines, evenly spread.
   *
   * @param from when the first may be due, in milliseconds from now
   * @param to when the last may be due
   */
  public Deadlines(int count, long from, long to, RandomGenerator random) {
    for (int i = 0; i < count; i++) {
      wheel.set(new Deadline(), random.nextLong(from, to) * 1_000_000);
    }
  }

  /** The next tick. */
  public void tick() {
    nanos += TICK_NANOS;
    wheel.advance(new Now(nanos, 0));
  }

  /** Deadlines that have come. */
  public long fired() {
    return fired;
  }
}
