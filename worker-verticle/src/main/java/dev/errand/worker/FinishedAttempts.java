package dev.errand.worker;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Attempts that have finished and whose worker was not told yet, in their order. They are linked by
 * themselves: a queue of the JDK's would need one object more for each.
 */
final class FinishedAttempts {

  /** The last one, with those in front of it, which the owner has not seen. */
  private final AtomicReference<LoopAttempt> last = new AtomicReference<>();

  /** The first one, with those behind it, which the owner has seen. */
  private LoopAttempt first;

  /**
   * Adds one; from any thread.
   *
   * @return whether the owner has to be woken, who takes all that are added until then
   */
  boolean add(LoopAttempt one) {
    LoopAttempt before;
    do {
      before = last.get();
      one.link = before;
    } while (!last.compareAndSet(before, one));
    return before == null;
  }

  /** Takes the first; null if there is none. Owner: the thread of the workers' contexts. */
  LoopAttempt poll() {
    if (first == null) {
      for (LoopAttempt each = last.getAndSet(null); each != null; ) {
        LoopAttempt before = each.link;
        each.link = first;
        first = each;
        each = before;
      }
    }
    LoopAttempt one = first;
    if (one != null) {
      first = one.link;
      one.link = null;
    }
    return one;
  }
}
