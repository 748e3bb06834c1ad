package dev.errand.simulation;

/** What the auditor knows of one type. Owner: the auditor. */
final class TypeRecord {

  boolean paused;

  /** 0: none. */
  int limit;

  /** Leases that live, and those that ended before their handler did. */
  int running;

  int zombies;
}
