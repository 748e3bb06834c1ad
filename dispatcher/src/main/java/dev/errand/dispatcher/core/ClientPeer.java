package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.Done;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Session;

/** A client that is linked. Owner: the core's thread. */
final class ClientPeer extends Peer {

  /** The client's number of the last submission that was taken or refused. */
  long lastNumber;

  /** Number of the session in which it was taken in. */
  final int firstSession;

  boolean gone;

  ClientPeer(String nodeId, Session session, long nowNanos) {
    super(nodeId, session, nowNanos);
    this.firstSession = session.number();
  }

  void tell(Accepted answer) {
    if (!gone) {
      answer.write(sending.batch(FrameKind.ACCEPTED));
    }
  }

  void tell(StoredTask ended) {
    if (!gone) {
      Done.write(
          sending.batch(FrameKind.DONE),
          ended.spec().id(),
          ended.state(),
          ended.head(),
          ended.result(),
          ended.error());
    }
  }

  /** There is no such task. */
  void tellUnknown(long id) {
    if (!gone) {
      new Done(id, null).write(sending.batch(FrameKind.DONE));
    }
  }
}
