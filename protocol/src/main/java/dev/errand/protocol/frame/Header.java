package dev.errand.protocol.frame;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The first {@value #BYTES} bytes of each frame.
 *
 * @param kind what it holds
 * @param session whose it is
 * @param seq the frame's number in its direction's stream, from 1; 0: not in the stream
 * @param ack the last number of the other direction that its sender needs no more
 * @param credit what a worker takes; none from anybody else
 */
public record Header(FrameKind kind, Session session, long seq, long ack, Credit credit) {

  /** Length of a header. */
  public static final int BYTES = 64;

  /** The version of the layout that this code writes. */
  public static final int VERSION = 1;

  /** The longest frame that is read: a task of the largest payload limit and its surroundings. */
  public static final int MAX_FRAME_BYTES = 17 << 20;

  private static final int MAGIC = 0xE5;

  /**
   * Reads and checks a frame's header.
   *
   * @throws MalformedFrameException if this is no frame of a version that is understood
   */
  public static Header read(byte[] frame) throws MalformedFrameException {
    if (frame.length < BYTES) {
      throw new MalformedFrameException("a frame of " + frame.length + " bytes has no header");
    }
    if (frame.length > MAX_FRAME_BYTES) {
      throw new MalformedFrameException("a frame of " + frame.length + " bytes is too long");
    }
    if ((frame[0] & 0xff) != MAGIC) {
      throw new MalformedFrameException("not a frame");
    }
    int version = frame[1] & 0xff;
    if (version != VERSION) {
      throw new MalformedFrameException(
          "protocol version " + version + ", this node speaks " + VERSION);
    }
    FrameKind kind = FrameKind.of(frame[2] & 0xff);
    int cluster = BigEndian.i32(frame, 4);
    long storeId = BigEndian.i64(frame, 8);
    int epoch = BigEndian.i32(frame, 16);
    long peer = BigEndian.i64(frame, 20);
    int number = BigEndian.i32(frame, 28);
    long seq = BigEndian.i64(frame, 32);
    long ack = BigEndian.i64(frame, 40);
    Credit credit = new Credit(BigEndian.i64(frame, 48), BigEndian.i64(frame, 56));
    if (seq < 0 || ack < 0 || credit.blocking() < 0 || credit.eventLoop() < 0) {
      throw new MalformedFrameException("negative number in the header");
    }
    return new Header(kind, new Session(cluster, storeId, epoch, peer, number), seq, ack, credit);
  }

  /** Whose the frame is: the incarnation that its header names, if it has one. */
  public static long peer(byte[] frame) {
    return BigEndian.i64(frame, 20);
  }

  /** Writes the header over the first bytes of a frame. */
  static void write(
      byte[] frame, FrameKind kind, Session session, long seq, long ack, Credit credit) {
    frame[0] = (byte) MAGIC;
    frame[1] = VERSION;
    frame[2] = (byte) kind.ordinal();
    frame[3] = 0;
    BigEndian.i32(frame, 4, session.cluster());
    BigEndian.i64(frame, 8, session.storeId());
    BigEndian.i32(frame, 16, session.epoch());
    BigEndian.i64(frame, 20, session.peer());
    BigEndian.i32(frame, 28, session.number());
    BigEndian.i64(frame, 32, seq);
    BigEndian.i64(frame, 40, ack);
    BigEndian.i64(frame, 48, credit.blocking());
    BigEndian.i64(frame, 56, credit.eventLoop());
  }

  /** Writes all but the kind into the header of a frame that has its kind already. */
  public static void stamp(byte[] frame, Session session, long seq, long ack, Credit credit) {
    write(frame, FrameKind.of(frame[2] & 0xff), session, seq, ack, credit);
  }

  /** A cluster's name in four bytes, so that frames of another cluster are told apart. */
  public static int cluster(String name) {
    CRC32C crc = new CRC32C();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }
}
