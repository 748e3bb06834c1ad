package dev.errand.protocol.link;

/** The frames of one direction as they arrive: each is taken once, in order. */
public final class ReceiveStream {

  private long received;

  /** Number of the last frame that was taken. */
  public long received() {
    return received;
  }

  /**
   * Whether the frame of that number is the next to take. A repeated one is not, nor one behind a
   * gap: its sender repeats them all from the gap on.
   */
  public boolean isNext(long seq) {
    return seq == received + 1;
  }

  /** Takes the frame of that number, if it is the next; else nothing happens. */
  public boolean take(long seq) {
    if (!isNext(seq)) {
      return false;
    }
    received = seq;
    return true;
  }
}
