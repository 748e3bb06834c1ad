package dev.errand.protocol.frame;

import java.nio.ByteBuffer;
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
    ByteBuffer in = ByteBuffer.wrap(frame);
    if ((in.get() & 0xff) != MAGIC) {
      throw new MalformedFrameException("not a frame");
    }
    int version = in.get() & 0xff;
    if (version != VERSION) {
      throw new MalformedFrameException(
          "protocol version " + version + ", this node speaks " + VERSION);
    }
    FrameKind kind = FrameKind.of(in.get() & 0xff);
    if (kind == null) {
      throw new MalformedFrameException("unknown kind of frame");
    }
    in.get();
    int cluster = in.getInt();
    long storeId = in.getLong();
    int epoch = in.getInt();
    long peer = in.getLong();
    int number = in.getInt();
    long seq = in.getLong();
    long ack = in.getLong();
    Credit credit = new Credit(in.getLong(), in.getLong());
    if (seq < 0 || ack < 0 || credit.blocking() < 0 || credit.eventLoop() < 0) {
      throw new MalformedFrameException("negative number in the header");
    }
    return new Header(kind, new Session(cluster, storeId, epoch, peer, number), seq, ack, credit);
  }

  /** Writes the header over the first bytes of a frame. */
  static void write(
      byte[] frame, FrameKind kind, Session session, long seq, long ack, Credit credit) {
    ByteBuffer.wrap(frame)
        .put((byte) MAGIC)
        .put((byte) VERSION)
        .put((byte) kind.ordinal())
        .put((byte) 0)
        .putInt(session.cluster())
        .putLong(session.storeId())
        .putInt(session.epoch())
        .putLong(session.peer())
        .putInt(session.number())
        .putLong(seq)
        .putLong(ack)
        .putLong(credit.blocking())
        .putLong(credit.eventLoop());
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
