package dev.errand.worker.core;

import dev.errand.protocol.Progress;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Grant;

/**
 * What a {@link Runner} makes of a grant: an attempt that takes a slot, with what the core
 * remembers of it. Owner: the core's thread.
 */
public abstract class Attempt {

  private final Grant grant;
  private Slots slots;
  private long deadlineNanos;

  /** Whether its outcome is still of interest: not yet told, not cancelled, not released. */
  boolean wanted = true;

  /** Whether the dispatcher closed it, or was told its end, before it left its slot. */
  boolean overstays;

  /** Whether it is of a store that is gone: the dispatcher that is there knows nothing of it. */
  boolean orphaned;

  /** Whether its handler was told that it is lost. */
  boolean lost;

  protected Attempt(Grant grant) {
    this.grant = grant;
  }

  /** Asks it to stop; it keeps its slot until it has ended. */
  protected abstract void cancel(CancelReason reason);

  /** How far it says it is; null if it said nothing since the last call. */
  protected abstract Progress takeProgress();

  /** What was granted. */
  public final Grant grant() {
    return grant;
  }

  /** The lease's id. */
  public final long lease() {
    return grant.lease();
  }

  void takes(Slots oneOf, long deadline) {
    slots = oneOf;
    deadlineNanos = deadline;
    slots.take();
  }

  /** Those of which it has one. */
  Slots slots() {
    return slots;
  }

  boolean isOver(long now) {
    return now - deadlineNanos >= 0;
  }
}
