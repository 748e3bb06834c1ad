package dev.errand.protocol.frame;

/**
 * The dispatcher does not take a worker or client in.
 *
 * @param reason for a person
 */
public record Refused(String reason) {

  public byte[] frame(Session session) {
    return new FrameWriter().text(reason).frame(FrameKind.REFUSED, session, 0, Credit.NONE);
  }

  public static Refused read(byte[] frame) throws MalformedFrameException {
    FrameReader in = new FrameReader(frame);
    Refused refused = new Refused(in.text(2_000));
    in.end();
    return refused;
  }
}
