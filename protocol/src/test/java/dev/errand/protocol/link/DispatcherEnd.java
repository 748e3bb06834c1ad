package dev.errand.protocol.link;

import dev.errand.protocol.frame.BatchWriter;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.HeartbeatReply;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Welcome;
import java.util.function.Consumer;

/** The other end of a link: one peer as a dispatcher keeps it. */
public final class DispatcherEnd {

  private final long store;
  private final Consumer<byte[]> taken;
  private final SendStream sending = new SendStream();
  private ReceiveStream receiving = new ReceiveStream();
  private Session session;
  private int sessions;

  /**
   * An end that nobody has said hello to.
   *
   * @param taken gets the numbered frames, in order and once
   */
  public DispatcherEnd(long store, Consumer<byte[]> taken) {
    this.store = store;
    this.taken = taken;
  }

  /** The current session; null if there is none. */
  public Session session() {
    return session;
  }

  /** Frames that the peer has not acknowledged. */
  public int unacknowledged() {
    return sending.unacknowledged();
  }

  /** The batch that takes the next entry of that kind. */
  public BatchWriter batch(FrameKind kind) {
    return sending.batch(kind);
  }

  /** Ends the session without a word; streams are kept for the next one. */
  public void forget() {
    session = null;
  }

  /** Answers a request; what must be repeated goes out. */
  public byte[] request(byte[] frame, Consumer<byte[]> out) {
    Header header = header(frame);
    if (header.kind() == FrameKind.CLIENT_HELLO || header.kind() == FrameKind.WORKER_HELLO) {
      session =
          new Session(header.session().cluster(), store, 1, header.session().peer(), ++sessions);
      sending.restart();
      receiving = new ReceiveStream();
      return new Welcome(sessions > 1, 1_000, 3_000, 1 << 20, 1 << 20).frame(session);
    }
    if (!header.session().equals(session)) {
      return new FrameWriter().frame(FrameKind.RESET, header.session(), 0, Credit.NONE);
    }
    sending.acknowledged(header.ack());
    sending.repeat(header.ack(), session, receiving.received(), Credit.NONE, out);
    sending.mark();
    return new HeartbeatReply(receiving.received()).frame(session, receiving.received());
  }

  /** A frame that asks for no answer. */
  public void receive(byte[] frame) {
    Header header = header(frame);
    if (header.session().equals(session)) {
      sending.acknowledged(header.ack());
      if (header.seq() != 0 && receiving.take(header.seq())) {
        taken.accept(frame);
      }
    }
  }

  /** Sends what has gathered. */
  public void flush(Consumer<byte[]> out) {
    if (session != null) {
      sending.flush(session, receiving.received(), Credit.NONE, out);
    }
  }

  private static Header header(byte[] frame) {
    try {
      return Header.read(frame);
    } catch (MalformedFrameException e) {
      throw new AssertionError(e);
    }
  }
}
