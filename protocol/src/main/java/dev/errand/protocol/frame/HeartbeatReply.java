package dev.errand.protocol.frame;

/**
 * The dispatcher has heard a heartbeat. The header acknowledges what it has recorded for good.
 *
 * @param received the last number of the peer's stream that arrived, recorded or not
 */
public record HeartbeatReply(long received) {

  public byte[] frame(Session session, long ack) {
    return new FrameWriter()
        .varint(received)
        .frame(FrameKind.HEARTBEAT_REPLY, session, ack, Credit.NONE);
  }

  public static HeartbeatReply read(byte[] frame) throws MalformedFrameException {
    FrameReader in = new FrameReader(frame);
    HeartbeatReply reply = new HeartbeatReply(in.varint());
    in.end();
    return reply;
  }
}
