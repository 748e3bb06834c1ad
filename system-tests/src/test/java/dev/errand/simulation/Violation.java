package dev.errand.simulation;

/** An invariant does not hold. */
final class Violation extends AssertionError {

  private static final long serialVersionUID = 1;

  final Invariant invariant;

  /** Of the task concerned; 0 if it is no single one. */
  final long task;

  Violation(Invariant invariant, long task, String what) {
    super(what);
    this.invariant = invariant;
    this.task = task;
  }
}
