package dev.errand.protocol.frame;

/**
 * What a worker takes, by pool: its slots, and the number of the last grant of this session that it
 * accepts. The limit only grows, so a lost frame leaks nothing.
 *
 * @param blocking for {@link Pool#BLOCKING}
 * @param eventLoop for {@link Pool#EVENT_LOOP}
 */
public record Credit(long blocking, long eventLoop) {

  /** Takes nothing. */
  public static final Credit NONE = new Credit(0, 0);

  public long of(Pool pool) {
    return pool == Pool.BLOCKING ? blocking : eventLoop;
  }

  void write(FrameWriter out) {
    out.varint(blocking).varint(eventLoop);
  }

  static Credit read(FrameReader in) throws MalformedFrameException {
    return new Credit(in.varint(), in.varint());
  }
}
