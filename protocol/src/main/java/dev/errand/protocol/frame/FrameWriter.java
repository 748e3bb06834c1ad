package dev.errand.protocol.frame;

import dev.errand.protocol.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A frame in the making: room for the header, then what is written. Numbers are big-endian, lengths
 * and small numbers LEB128. Not thread-safe.
 */
public final class FrameWriter {

  private byte[] bytes;
  private int length = Header.BYTES;

  public FrameWriter() {
    this(256);
  }

  FrameWriter(int capacity) {
    bytes = new byte[Math.max(capacity, Header.BYTES)];
  }

  /** For bytes that are no frame and have no header, but are written alike. */
  public static FrameWriter headless(int capacity) {
    FrameWriter writer = new FrameWriter(capacity);
    writer.length = 0;
    return writer;
  }

  /** Begins again without a header, in the same array. */
  public void clear() {
    length = 0;
  }

  /** What has been written: {@link #length} bytes of an array that is written to further on. */
  public byte[] array() {
    return bytes;
  }

  /** Bytes so far, header included. */
  public int length() {
    return length;
  }

  public FrameWriter u8(int value) {
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  public FrameWriter i32(int value) {
    room(4);
    BigEndian.i32(bytes, length, value);
    length += 4;
    return this;
  }

  public FrameWriter i64(long value) {
    room(8);
    BigEndian.i64(bytes, length, value);
    length += 8;
    return this;
  }

  /** A number that is mostly small and never negative. */
  public FrameWriter varint(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative: " + value);
    }
    room(9);
    byte[] to = bytes;
    int at = length;
    long rest = value;
    while (rest > 0x7f) {
      to[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    to[at++] = (byte) rest;
    length = at;
    return this;
  }

  /** Length, then bytes. */
  public FrameWriter bytes(Bytes value) {
    varint(value.length());
    room(value.length());
    System.arraycopy(value.array(), value.offset(), bytes, length, value.length());
    length += value.length();
    return this;
  }

  /** Length, then UTF-8. */
  public FrameWriter text(String value) {
    return bytes(Bytes.of(value.getBytes(StandardCharsets.UTF_8)));
  }

  /** Overwrites four bytes written before. */
  public void i32At(int offset, int value) {
    BigEndian.i32(bytes, offset, value);
  }

  /** The finished frame in an array of its own length, not numbered. */
  public byte[] frame(FrameKind kind, Session session, long ack, Credit credit) {
    byte[] frame = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    Header.write(frame, kind, session, 0, ack, credit);
    return frame;
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
