package dev.errand.dispatcher.core;

/** Something that is due at a time; lies in one slot of a {@link TimingWheel} at most. */
abstract class Timer {

  long dueTick;
  Timer slotPrevious;
  Timer slotNext;

  /** It is due; it lies in no slot any more and may be set anew. */
  abstract void fire(Now now);

  /** Whether it is set. */
  final boolean set() {
    return slotNext != null;
  }

  /** Takes it out; nothing happens if it is not set. */
  final void cancel() {
    if (slotNext != null) {
      slotPrevious.slotNext = slotNext;
      slotNext.slotPrevious = slotPrevious;
      slotPrevious = null;
      slotNext = null;
    }
  }
}
