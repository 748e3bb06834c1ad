package dev.errand.dispatcher.web;

import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;

/**
 * Which tasks are shown as they change, if there are too many: some tasks with all that happens to
 * them, of the others nothing. Owner: the dispatcher's event loop.
 */
final class TaskSampling {

  static final int MOST_A_SECOND = 500;

  /** So that mostly all changes of the chosen tasks fit. */
  private static final int AIMED_AT = 400;

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final int HIGH_BITS = 32;
  private static final int MOST_HALVINGS = 20;

  /** So many attempts at most have begun, and not ended, before the listeners' eyes. */
  static final int MOST_BEGUN = 5_000;

  private final LongSet begun = new LongOpenHashSet();

  private int halvings;
  private long seen;
  private long shown;
  private long omitted;

  /**
   * Whether a change of that task is shown; counts it. An attempt whose begin was shown is shown to
   * end, however many others there are.
   *
   * @param runs whether an attempt has begun
   */
  boolean shows(long id, boolean runs) {
    seen++;
    if (!runs && begun.remove(id)) {
      return true;
    }
    boolean chosen = ((id * GOLDEN) >>> HIGH_BITS & (1L << halvings) - 1) == 0;
    if (chosen && shown < MOST_A_SECOND && (!runs || begin(id))) {
      shown++;
      return true;
    }
    omitted++;
    return false;
  }

  private boolean begin(long id) {
    return begun.contains(id) || begun.size() < MOST_BEGUN && begun.add(id);
  }

  /** Nobody has seen anything yet. */
  void clear() {
    begun.clear();
  }

  /** A second is over. */
  void second() {
    while (halvings < MOST_HALVINGS && seen >> halvings > AIMED_AT) {
      halvings++;
    }
    // Not at once: a task that is chosen by the way would be seen from its middle on.
    if (halvings > 0 && seen >> (halvings - 1) <= AIMED_AT / 2) {
      halvings--;
    }
    seen = 0;
    shown = 0;
  }

  /** Changes that were not shown since {@link #take}. */
  long omitted() {
    return omitted;
  }

  /** The same; begins anew. */
  long take() {
    long taken = omitted;
    omitted = 0;
    return taken;
  }
}
