package dev.errand.protocol.frame;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Frames that travel together in one message, because they come from one node or go to one. A frame
 * that travels alone is a message as it is.
 */
public final class Bundle {

  /** No message is made longer than this by adding a frame, in bytes. */
  public static final int MAX_BYTES = 256 << 10;

  private static final int MAGIC = 0xE6;
  private static final int VERSION = 1;
  private static final int HEAD = 2;
  private static final byte[] NO_FRAME = {};

  private Bundle() {}

  /**
   * Gives frames as few messages as there can be, in their order.
   *
   * @param out is given each message
   */
  public static void pack(List<byte[]> frames, Consumer<byte[]> out) {
    int from = 0;
    int bytes = HEAD;
    for (int i = 0; i < frames.size(); i++) {
      int more = Integer.BYTES + frames.get(i).length;
      if (i > from && bytes + more > MAX_BYTES) {
        out.accept(message(frames.subList(from, i), bytes));
        from = i;
        bytes = HEAD;
      }
      bytes += more;
    }
    if (from < frames.size()) {
      out.accept(message(frames.subList(from, frames.size()), bytes));
    }
  }

  private static byte[] message(List<byte[]> frames, int bytes) {
    if (frames.size() == 1) {
      return frames.get(0);
    }
    byte[] message = new byte[bytes];
    message[0] = (byte) MAGIC;
    message[1] = VERSION;
    int at = HEAD;
    for (byte[] frame : frames) {
      BigEndian.i32(message, at, frame.length);
      at += Integer.BYTES;
      System.arraycopy(frame, 0, message, at, frame.length);
      at += frame.length;
    }
    return message;
  }

  /**
   * Takes a message apart.
   *
   * @param out is given each frame; from where the message can't be read on, one that reads as
   *     malformed
   */
  public static void unpack(byte[] message, Consumer<byte[]> out) {
    if (message.length < HEAD || (message[0] & 0xff) != MAGIC) {
      out.accept(message);
      return;
    }
    int at = message[1] == VERSION ? HEAD : message.length + 1;
    while (at != message.length) {
      int length = at + Integer.BYTES <= message.length ? BigEndian.i32(message, at) : -1;
      at += Integer.BYTES;
      if (length < 0 || length > message.length - at) {
        out.accept(NO_FRAME);
        return;
      }
      out.accept(Arrays.copyOfRange(message, at, at + length));
      at += length;
    }
  }
}
