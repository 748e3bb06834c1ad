package dev.errand.simulation;

import java.util.SplittableRandom;

/** All that is left to chance in one simulation. Owner: the simulation's thread. */
final class Chance {

  private static final long MILLI = 1_000_000;

  private final SplittableRandom random;

  Chance(long seed) {
    this(new SplittableRandom(seed));
  }

  private Chance(SplittableRandom random) {
    this.random = random;
  }

  /** Independent of what is asked of this one afterwards. */
  Chance split() {
    return new Chance(random.split());
  }

  SplittableRandom random() {
    return random;
  }

  boolean of(double probability) {
    return random.nextDouble() < probability;
  }

  /** From least to most, both possible. */
  int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  double upTo(double most) {
    return random.nextDouble() * most;
  }

  /** So many milliseconds in nanoseconds. */
  long millis(double least, double most) {
    return (long) ((least + random.nextDouble() * (most - least)) * MILLI);
  }

  @SafeVarargs
  final <T> T one(T... of) {
    return of[random.nextInt(of.length)];
  }
}
