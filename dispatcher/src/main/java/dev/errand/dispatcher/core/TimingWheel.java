package dev.errand.dispatcher.core;

/**
 * All deadlines of a dispatcher: setting, cancelling and firing one costs the same however many
 * there are. A hierarchical timing wheel with lists in the timers themselves (G. Varghese and T.
 * Lauck, Hashed and Hierarchical Timing Wheels, SOSP 1987, scheme 7). A tick is {@value
 * #TICK_MILLIS} ms; timers fire at the first tick at or after their time, never before.
 */
final class TimingWheel {

  static final int TICK_MILLIS = 10;

  private static final long TICK_NANOS = TICK_MILLIS * 1_000_000L;
  private static final int BITS = 8;
  private static final int SLOTS = 1 << BITS;
  private static final int LEVELS = 5;

  private final long startNanos;
  private final Timer[][] slots = new Timer[LEVELS][SLOTS];
  private long tick;

  TimingWheel(long startNanos) {
    this.startNanos = startNanos;
    for (Timer[] level : slots) {
      for (int i = 0; i < SLOTS; i++) {
        level[i] = emptyList();
      }
    }
  }

  private static Timer emptyList() {
    Timer head =
        new Timer() {
          @Override
          void fire(Now now) {
            throw new IllegalStateException("a list's head");
          }
        };
    head.slotNext = head;
    head.slotPrevious = head;
    return head;
  }

  /** Sets a timer, anew if it is set. */
  void set(Timer timer, long dueNanos) {
    timer.cancel();
    long due = (dueNanos - startNanos + TICK_NANOS - 1) / TICK_NANOS;
    timer.dueTick = Math.max(due, tick + 1);
    insert(timer);
  }

  private void insert(Timer timer) {
    // The level is that of the highest digit in which the two differ.
    long difference = timer.dueTick ^ tick;
    int level = 0;
    while (level < LEVELS - 1 && difference >= 1L << BITS * (level + 1)) {
      level++;
    }
    Timer head = slots[level][(int) (timer.dueTick >>> BITS * level & SLOTS - 1)];
    timer.slotPrevious = head.slotPrevious;
    timer.slotNext = head;
    head.slotPrevious.slotNext = timer;
    head.slotPrevious = timer;
  }

  /** Fires what is due. */
  void advance(Now now) {
    long target = (now.nanos() - startNanos) / TICK_NANOS;
    while (tick < target) {
      tick++;
      for (int level = 1; level < LEVELS && (tick & (1L << BITS * level) - 1) == 0; level++) {
        cascade(slots[level][(int) (tick >>> BITS * level & SLOTS - 1)]);
      }
      fireAll(slots[0][(int) (tick & SLOTS - 1)], now);
    }
  }

  private void cascade(Timer head) {
    Timer timer = head.slotNext;
    head.slotNext = head;
    head.slotPrevious = head;
    while (timer != head) {
      Timer next = timer.slotNext;
      insert(timer);
      timer = next;
    }
  }

  private static void fireAll(Timer head, Now now) {
    while (head.slotNext != head) {
      Timer timer = head.slotNext;
      timer.cancel();
      timer.fire(now);
    }
  }
}
