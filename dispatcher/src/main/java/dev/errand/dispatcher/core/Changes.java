package dev.errand.dispatcher.core;

import java.util.ArrayList;
import java.util.List;

/**
 * What one turn changed for good: to be made durable as a whole, before anybody is told. Filled by
 * the core, then read by the store, and not changed any more.
 */
public final class Changes {

  private final long number;
  private final List<TaskSpec> submitted = new ArrayList<>();
  private final List<EndedTask> ended = new ArrayList<>();

  Changes(long number) {
    this.number = number;
  }

  /** Ascending by one; {@link DispatcherCore#durable} takes it back. */
  public long number() {
    return number;
  }

  /** Tasks that were taken in, in the order of their ids. */
  public List<TaskSpec> submitted() {
    return submitted;
  }

  /** Tasks that ended, each after its submission. */
  public List<EndedTask> ended() {
    return ended;
  }
}
