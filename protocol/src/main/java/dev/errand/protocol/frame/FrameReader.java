package dev.errand.protocol.frame;

import dev.errand.protocol.Bytes;
import java.nio.charset.StandardCharsets;

/** Reads what a {@link FrameWriter} wrote, and trusts none of it. Not thread-safe. */
public final class FrameReader {

  private final byte[] frame;
  private int at = Header.BYTES;

  /** Reads a frame behind its header. */
  public FrameReader(byte[] frame) {
    this.frame = frame;
  }

  /** Reads what has no header, from that place. */
  public FrameReader(byte[] bytes, int from) {
    this(bytes);
    at = from;
  }

  /** Where it is. */
  public int place() {
    return at;
  }

  /** Goes on so many bytes later. */
  public void skip(int count) throws MalformedFrameException {
    need(count);
    at += count;
  }

  public int u8() throws MalformedFrameException {
    need(1);
    return frame[at++] & 0xff;
  }

  public int i32() throws MalformedFrameException {
    need(4);
    int value = BigEndian.i32(frame, at);
    at += 4;
    return value;
  }

  public long i64() throws MalformedFrameException {
    need(8);
    long value = BigEndian.i64(frame, at);
    at += 8;
    return value;
  }

  /** A number that is not negative. */
  public long varint() throws MalformedFrameException {
    if (at < frame.length && frame[at] >= 0) {
      return frame[at++];
    }
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int next = u8();
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new MalformedFrameException("number too long");
  }

  /** A number from 0 to {@code most}. */
  public int varint(int most) throws MalformedFrameException {
    long value = varint();
    if (value > most) {
      throw new MalformedFrameException(value + " is over " + most);
    }
    return (int) value;
  }

  /** A slice of this frame, not a copy. */
  public Bytes bytes() throws MalformedFrameException {
    int length = varint(frame.length - at);
    need(length);
    Bytes slice = new Bytes(frame, at, length);
    at += length;
    return slice;
  }

  /** Text of at most so many bytes of UTF-8; bad sequences become U+FFFD. */
  public String text(int mostBytes) throws MalformedFrameException {
    int length = varint(mostBytes);
    need(length);
    String text = new String(frame, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  /**
   * To be called behind the last field.
   *
   * @throws MalformedFrameException if something is left
   */
  public void end() throws MalformedFrameException {
    if (at != frame.length) {
      throw new MalformedFrameException((frame.length - at) + " bytes too many");
    }
  }

  private void need(int more) throws MalformedFrameException {
    if (more < 0 || frame.length - at < more) {
      throw new MalformedFrameException("cut off");
    }
  }
}
