package dev.errand.protocol.frame;

import java.util.Locale;

/** A worker's kinds of slots, each with credits of its own. The order is the wire's. */
public enum Pool {
  /** Handlers with a thread of their own. */
  BLOCKING,
  /** Handlers on an event loop. */
  EVENT_LOOP;

  /** How many there are. */
  public static final int COUNT = values().length;

  private static final Pool[] VALUES = values();

  static Pool of(int code) throws MalformedFrameException {
    if (code >= COUNT) {
      throw new MalformedFrameException("unknown pool " + code);
    }
    return VALUES[code];
  }

  /** For messages: {@code "event-loop"}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
