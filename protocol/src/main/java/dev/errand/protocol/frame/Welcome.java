package dev.errand.protocol.frame;

/**
 * The dispatcher takes a worker or client in; the header's session is theirs from now on.
 *
 * @param resumed whether the dispatcher still knows this incarnation, and goes on where it was
 * @param heartbeatMillis between two heartbeats
 * @param lossMillis without a heartbeat (or its answer), after which each side gives the other up
 * @param payloadLimit of a task, in bytes
 * @param resultLimit of an attempt, in bytes
 */
public record Welcome(
    boolean resumed, int heartbeatMillis, int lossMillis, int payloadLimit, int resultLimit) {

  public byte[] frame(Session session) {
    return new FrameWriter()
        .u8(resumed ? 1 : 0)
        .varint(heartbeatMillis)
        .varint(lossMillis)
        .varint(payloadLimit)
        .varint(resultLimit)
        .frame(FrameKind.WELCOME, session, 0, Credit.NONE);
  }

  public static Welcome read(byte[] frame) throws MalformedFrameException {
    FrameReader in = new FrameReader(frame);
    int most = Integer.MAX_VALUE;
    Welcome welcome =
        new Welcome(
            in.u8() != 0, in.varint(most), in.varint(most), in.varint(most), in.varint(most));
    in.end();
    if (welcome.heartbeatMillis < 1 || welcome.lossMillis < welcome.heartbeatMillis) {
      throw new MalformedFrameException("timings " + welcome);
    }
    return welcome;
  }
}
