package dev.errand.simulation;

import java.util.function.LongFunction;

/** One seed, tried on whatever system this class was loaded with. */
public final class Trial implements LongFunction<String> {

  /**
   * Runs it.
   *
   * @return the name of the invariant that was broken, or what was thrown instead; null if all went
   *     well
   */
  @Override
  public String apply(long seed) {
    try {
      new Simulation(seed).run();
      return null;
    } catch (AssertionError e) {
      return e.getCause() instanceof Violation violation
          ? violation.invariant.name()
          : String.valueOf(e.getCause());
    }
  }
}
