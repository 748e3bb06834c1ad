package dev.errand.bench;

import dev.errand.dispatcher.core.Now;

/** Time that passes when it is told to: what is due does not depend on the machine's speed. */
final class VirtualTime {

  private static final long START_MILLIS = 1_700_000_000_000L;

  private long nanos;

  void pass(long more) {
    nanos += more;
  }

  /** A new one for each input, as the shell makes them. */
  Now now() {
    return new Now(nanos, START_MILLIS + nanos / 1_000_000);
  }
}
