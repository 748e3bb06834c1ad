package dev.errand.simulation;

/** What holds after every step; the numbers are those of the protocol's description. */
enum Invariant {
  ACKNOWLEDGED_IS_NEVER_LOST(1, "an acknowledged task is never lost"),
  ONE_END(2, "one terminal state per generation"),
  ATTEMPTS_GROW(3, "attempts only grow within a generation, and each counts once"),
  ONE_LEASE(4, "at most one live lease per task, and it ends for a reason"),
  WITHIN_CREDIT(5, "grants are within the credit limit, the worker's offers and the type's limit"),
  NO_STALE_EPOCH(6, "nothing is written by a stale epoch or session"),
  SAME_KEY_SAME_TASK(7, "same key, same task; another body is a conflict"),
  POISON_STOPS(8, "a poison task stops at its limit, and only such a one is called poison"),
  BOUNDED_MEMORY(9, "memory is within its limits"),
  ONE_PLACE(10, "a live task is in exactly one place"),
  LEDGER(11, "the ledger adds up"),
  DRAINS(12, "after faults heal everything drains");

  final int number;
  final String text;

  Invariant(int number, String text) {
    this.number = number;
    this.text = text;
  }
}
