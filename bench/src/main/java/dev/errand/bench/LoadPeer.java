package dev.errand.bench;

import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Heartbeat;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Session;
import java.util.Map;

/** A peer's end of the link on a bus that loses nothing: it numbers and acknowledges. */
abstract class LoadPeer {

  final long incarnation;
  private Session session;
  private long sent;
  private long received;

  LoadPeer(long incarnation) {
    this.incarnation = incarnation;
  }

  Session unknown() {
    return new Session(CoreDoor.CLUSTER, 0, 0, incarnation, 0);
  }

  void welcomed(byte[] answer) {
    try {
      Header header = Header.read(answer);
      if (header.kind() != FrameKind.WELCOME) {
        throw new IllegalStateException("not welcome: " + header);
      }
      session = header.session();
    } catch (MalformedFrameException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Numbers a frame of its own. */
  byte[] stamp(byte[] frame) {
    Header.stamp(frame, session, ++sent, received, credit());
    return frame;
  }

  byte[] heartbeat() {
    return new Heartbeat(Map.of()).frame(session, received, credit());
  }

  byte[] acknowledgement() {
    return new FrameWriter().frame(FrameKind.ACK, session, received, credit());
  }

  Credit credit() {
    return Credit.NONE;
  }

  /** A frame that the core sent. */
  final void receive(byte[] frame) {
    // All but these are numbered; reading the whole header would cost more than the rest.
    if (frame[2] != FrameKind.ACK.ordinal()) {
      received++;
      take(frame);
    }
  }

  abstract byte[] hello();

  abstract void take(byte[] frame);
}
