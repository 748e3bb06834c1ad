package dev.errand.dispatcher.figures;

/**
 * How often things happened, per second.
 *
 * @param submitted tasks that came
 * @param ended tasks that ended, however
 * @param failedAttempts attempts that failed by themselves or took too long
 */
public record Rates(double submitted, double ended, double failedAttempts) {

  /** Nothing happened. */
  public static final Rates NONE = new Rates(0, 0, 0);

  Rates plus(Rates other) {
    return new Rates(
        submitted + other.submitted, ended + other.ended, failedAttempts + other.failedAttempts);
  }
}
