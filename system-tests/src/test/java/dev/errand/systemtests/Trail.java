package dev.errand.systemtests;

import dev.errand.protocol.Task;
import java.util.HashSet;
import java.util.Set;

/** What is known of one acknowledged task. Its numbers count events. */
final class Trail {

  final Order order;

  /** All that were seen; one, and one more for each time it was tried again. */
  final Set<End> ends = new HashSet<>();

  /** Those of generations that are known to be over. */
  final Set<End> over = new HashSet<>();

  /** When its first end was known; 0: none is. */
  int ended;

  /** When it was known that it is tried again; 0: it is not known. */
  int retried;

  int retries;

  /** As it was when the dispatcher was asked last. */
  Task last;

  boolean asked;

  Trail(Order order) {
    this.order = order;
  }
}
