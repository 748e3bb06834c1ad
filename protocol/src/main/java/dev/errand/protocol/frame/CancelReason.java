package dev.errand.protocol.frame;

/** Why a running attempt is asked to stop. The order is the wire's. */
public enum CancelReason {
  /** Its task was cancelled. */
  CANCELLED,
  /** Its time is over. */
  TIMEOUT,
  /** The dispatcher has given the lease to somebody else, or lost touch with this worker. */
  LOST;

  private static final CancelReason[] VALUES = values();

  static CancelReason of(int code) throws MalformedFrameException {
    if (code >= VALUES.length) {
      throw new MalformedFrameException("unknown reason " + code);
    }
    return VALUES[code];
  }
}
