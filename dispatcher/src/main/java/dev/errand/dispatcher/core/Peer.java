package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.HeartbeatReply;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.link.ReceiveStream;
import dev.errand.protocol.link.SendStream;
import java.util.function.Consumer;

/** A worker or client that is linked: its session and both streams. Owner: the core's thread. */
abstract class Peer {

  final String nodeId;
  Session session;
  final SendStream sending = new SendStream();
  ReceiveStream receiving = new ReceiveStream();
  long heardNanos;

  /** Number of its last HELLO. */
  int hello;

  /** So many frames become durable before a frame is sent only to say so. */
  private static final int MANY = 4;

  /** The last number of its stream that is durable with all it changed. */
  private long recorded;

  private long toldRecorded;
  private boolean dirty;
  private boolean owed;

  Peer(String nodeId, Session session, long nowNanos) {
    this.nodeId = nodeId;
    this.session = session;
    this.heardNanos = nowNanos;
  }

  /**
   * The same incarnation says hello again: streams start anew, what is unacknowledged goes first.
   */
  final void restart(Session anew, long nowNanos) {
    session = anew;
    sending.restart();
    receiving = new ReceiveStream();
    recorded = 0;
    toldRecorded = 0;
    heardNanos = nowNanos;
  }

  /** What its stream brought is durable up to there, in that session. */
  final void recorded(Session in, long upTo) {
    if (in.equals(session) && upTo > recorded) {
      recorded = upTo;
    }
  }

  /** Any frame of its session. */
  void heard(Header header, Now now) {
    heardNanos = now.nanos();
    sending.acknowledged(header.ack());
  }

  /** Answers a heartbeat, and repeats what is missing there. */
  final byte[] heartbeat(Header header, Consumer<byte[]> out) {
    sending.repeat(header.ack(), session, recorded, Credit.NONE, out);
    sending.mark();
    toldRecorded = recorded;
    return new HeartbeatReply(receiving.received()).frame(session, recorded);
  }

  /** Whether much of its stream is durable that it was not told of. */
  final boolean isOwedMuch() {
    return recorded - toldRecorded >= MANY;
  }

  /** Marks that it is told at the next tick how far its stream is durable; true the first time. */
  final boolean owe() {
    boolean first = !owed;
    owed = true;
    return first;
  }

  /** That tick is there. */
  final void pay() {
    owed = false;
  }

  /** Marks that {@link #flush} has something to do; true the first time. */
  final boolean touch() {
    boolean first = !dirty;
    dirty = true;
    return first;
  }

  /** Sends what has gathered, and the acknowledgement of what became durable. */
  final void flush(Consumer<byte[]> out) {
    dirty = false;
    if (sending.waiting()) {
      toldRecorded = recorded;
      sending.flush(session, recorded, Credit.NONE, out);
    } else if (recorded > toldRecorded) {
      toldRecorded = recorded;
      out.accept(new FrameWriter().frame(FrameKind.ACK, session, recorded, Credit.NONE));
    }
  }
}
