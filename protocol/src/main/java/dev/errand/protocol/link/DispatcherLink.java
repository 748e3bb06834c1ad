package dev.errand.protocol.link;

import dev.errand.protocol.frame.BatchWriter;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.HeartbeatReply;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Refused;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.Welcome;
import java.util.concurrent.TimeUnit;

/**
 * A worker's or client's end of the link to the dispatcher: says hello until it is welcomed, then
 * keeps the heartbeat, acknowledges, repeats, and starts anew when the dispatcher is silent or has
 * forgotten it. Times are nanoseconds of a monotonic clock. One thread at a time.
 */
public final class DispatcherLink {

  /** Between two HELLOs to a dispatcher that doesn't answer. */
  private static final long HELLO_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Two cold nodes need a second or so for their first handshakes. */
  private static final int HELLO_ANSWER_MILLIS = 3_000;

  /** How frames leave. A request's answer comes back by {@link #answer} or {@link #noAnswer}. */
  public interface Port {
    void send(byte[] frame);

    /** Sends a frame whose answer is awaited for so many milliseconds. */
    void request(byte[] frame, int answerMillis);
  }

  /** How a session ended. */
  public enum Loss {
    /** Nothing was heard for too long: perhaps only this node is cut off. */
    SILENT,

    /** The dispatcher's process has ended: nobody else has its tasks until there is another one. */
    LEFT,

    /** The dispatcher does not know the session any more. */
    FORGOTTEN
  }

  /** Whose link it is. */
  public interface Owner {
    /** The HELLO to say now. */
    byte[] hello(Session session);

    /** The heartbeat to send now, of {@link #session}. */
    byte[] heartbeat(Session session, long ack);

    /** What it takes now; {@link Credit#NONE} for a client. */
    Credit credit();

    /**
     * A session begins.
     *
     * @param sameStore whether this dispatcher still has the tasks of the session before
     */
    void welcomed(Welcome welcome, boolean sameStore, long now);

    /** The session is over. */
    void lost(Loss how, long now);

    /** The dispatcher will not have this node; a line for the log. */
    void refused(String reason);

    /** A numbered frame of a known kind, in order and once. */
    void take(Header header, byte[] frame, long now) throws MalformedFrameException;
  }

  private final Owner owner;
  private final Port port;
  private final Session unknown;
  private final SendStream sending = new SendStream();
  private ReceiveStream receiving = new ReceiveStream();

  private Session session;

  /** The newest one that there was; {@link #unknown} before the first. */
  private Session last;

  private Welcome timings;
  private int hellos;
  private boolean asking;
  private boolean begun;
  private long nextAt;
  private long answeredAt;
  private long acked;
  private Credit told = Credit.NONE;
  private long malformed;
  private long unknownKinds;

  /**
   * A link that begins at the first {@link #tick}.
   *
   * @param cluster the cluster's name in four bytes
   * @param incarnation of this worker or client, never used before
   */
  public DispatcherLink(int cluster, long incarnation, Owner owner, Port port) {
    this.unknown = new Session(cluster, 0, 0, incarnation, 0);
    this.last = unknown;
    this.owner = owner;
    this.port = port;
  }

  /** The current session; null before WELCOME and after a loss. */
  public Session session() {
    return session;
  }

  /** What the dispatcher said in its last WELCOME; null before the first. */
  public Welcome timings() {
    return timings;
  }

  /** Frames that couldn't be read. */
  public long malformed() {
    return malformed;
  }

  /** Frames of kinds that a later version has added: they were stepped over. */
  public long unknownKinds() {
    return unknownKinds;
  }

  /** What leaves for the dispatcher. */
  public SendStream sending() {
    return sending;
  }

  /** The batch that takes the next entry of that kind. */
  public BatchWriter batch(FrameKind kind) {
    return sending.batch(kind);
  }

  /** To be called every 100 ms or so, and to begin. */
  public void tick(long now) {
    if (session != null && silent(now)) {
      lose(Loss.SILENT, now);
    }
    if (asking || (begun && now - nextAt < 0)) {
      return;
    }
    begun = true;
    asking = true;
    if (session == null) {
      nextAt = now + HELLO_NANOS;
      port.request(hello(), HELLO_ANSWER_MILLIS);
    } else {
      nextAt = now + millis(timings.heartbeatMillis());
      sending.mark();
      acked = receiving.received();
      int answerMillis = timings.heartbeatMillis() - timings.heartbeatMillis() / 10;
      port.request(owner.heartbeat(session, acked), answerMillis);
    }
  }

  /**
   * Numbered, so that one that comes late or twice is known as such; it names the last session, so
   * that the dispatcher knows what this node knows.
   */
  private byte[] hello() {
    Session hello =
        new Session(unknown.cluster(), last.storeId(), last.epoch(), unknown.peer(), ++hellos);
    byte[] frame = owner.hello(hello);
    Header.stamp(frame, hello, 0, last.number(), Credit.NONE);
    return frame;
  }

  /** Sends what has gathered; to be called at the end of each turn. */
  public void flush() {
    if (session == null) {
      return;
    }
    Credit credit = owner.credit();
    if (sending.waiting()) {
      acked = receiving.received();
      told = credit;
      sending.flush(session, acked, credit, port::send);
    } else if (!credit.equals(told)) {
      acked = receiving.received();
      told = credit;
      port.send(new FrameWriter().frame(FrameKind.ACK, session, acked, credit));
    }
  }

  /** A frame that was sent to this node. */
  public void receive(byte[] frame, long now) {
    try {
      Header header = Header.read(frame);
      if (session == null || !header.session().equals(session)) {
        return;
      }
      // Under load an answer may come too late to count, but something comes.
      answeredAt = now;
      sending.acknowledged(header.ack());
      if (header.kind() == FrameKind.RESET) {
        lose(Loss.FORGOTTEN, now);
      } else if (header.seq() != 0 && receiving.take(header.seq())) {
        take(header, frame, now);
      }
    } catch (MalformedFrameException e) {
      malformed++;
    }
  }

  private void take(Header header, byte[] frame, long now) throws MalformedFrameException {
    if (header.kind() == FrameKind.UNKNOWN) {
      unknownKinds++;
    } else {
      owner.take(header, frame, now);
    }
  }

  /** The answer to the last request. */
  public void answer(byte[] frame, long now) {
    asking = false;
    try {
      Header header = Header.read(frame);
      switch (header.kind()) {
        case WELCOME -> welcome(header, Welcome.read(frame), now);
        case REFUSED -> owner.refused(Refused.read(frame).reason());
        case HEARTBEAT_REPLY -> heard(header, HeartbeatReply.read(frame), now);
        case RESET -> {
          if (session != null) {
            lose(Loss.FORGOTTEN, now);
          }
        }
        default -> throw new MalformedFrameException("not an answer: " + header.kind());
      }
    } catch (MalformedFrameException e) {
      malformed++;
    }
  }

  /** The last request was not answered in time, or nobody is there. */
  public void noAnswer(long now) {
    asking = false;
  }

  /**
   * The dispatcher's node has left the cluster; not a {@link Loss#LEFT} if it was silent before.
   */
  public void dispatcherLeft(long now) {
    if (session != null) {
      lose(silent(now) ? Loss.SILENT : Loss.LEFT, now);
    }
  }

  private boolean silent(long now) {
    return now - answeredAt >= millis(timings.lossMillis());
  }

  private void welcome(Header header, Welcome welcome, long now) {
    if (session != null || header.session().peer() != unknown.peer()) {
      return;
    }
    session = header.session();
    boolean sameStore = last != unknown && last.storeId() == session.storeId();
    last = session;
    timings = welcome;
    answeredAt = now;
    nextAt = now + millis(welcome.heartbeatMillis());
    receiving = new ReceiveStream();
    acked = 0;
    told = Credit.NONE;
    if (sameStore) {
      sending.restart();
    } else {
      sending.clear();
    }
    owner.welcomed(welcome, sameStore, now);
  }

  private void heard(Header header, HeartbeatReply reply, long now) {
    if (session == null || !header.session().equals(session)) {
      return;
    }
    answeredAt = now;
    sending.acknowledged(header.ack());
    sending.repeat(reply.received(), session, receiving.received(), owner.credit(), port::send);
  }

  private void lose(Loss how, long now) {
    session = null;
    nextAt = now;
    owner.lost(how, now);
  }

  private static long millis(int millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
