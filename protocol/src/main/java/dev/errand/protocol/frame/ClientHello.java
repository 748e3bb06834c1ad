package dev.errand.protocol.frame;

/**
 * A client introduces itself.
 *
 * @param nodeId of its Vert.x node, to match membership events
 */
public record ClientHello(String nodeId) {

  /** The whole frame; a session without a number yet. */
  public byte[] frame(Session session) {
    return new FrameWriter().text(nodeId).frame(FrameKind.CLIENT_HELLO, session, 0, Credit.NONE);
  }

  public static ClientHello read(byte[] frame) throws MalformedFrameException {
    FrameReader in = new FrameReader(frame);
    ClientHello hello = new ClientHello(in.text(1_000));
    in.end();
    return hello;
  }
}
