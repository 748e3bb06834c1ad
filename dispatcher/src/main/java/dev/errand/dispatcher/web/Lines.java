package dev.errand.dispatcher.web;

import dev.errand.protocol.Bytes;
import java.util.Arrays;
import java.util.function.Consumer;

/** Cuts what comes in pieces into lines; what is in one piece is not copied. Not thread-safe. */
final class Lines {

  /** Instead of a line that is too long. */
  static final Bytes TOO_LONG = Bytes.of("");

  /** Instead of a line, of which there is no room to keep what has come. */
  static final Bytes NO_ROOM = Bytes.of("");

  private final int most;
  private final ByteRoom room;
  private final Consumer<Bytes> out;
  private byte[] begun = new byte[0];
  private int length;
  private boolean tooLong;

  /**
   * Nothing yet.
   *
   * @param most bytes of a line
   * @param room for what has come of a line
   * @param out takes each line without its end, which may be empty
   */
  Lines(int most, ByteRoom room, Consumer<Bytes> out) {
    this.most = most;
    this.room = room;
    this.out = out;
  }

  /** A piece has come, which nobody changes any more. */
  void take(byte[] piece) {
    int start = 0;
    for (int i = 0; i < piece.length; i++) {
      if (piece[i] == '\n') {
        line(piece, start, i - start);
        start = i + 1;
      }
    }
    keep(piece, start, piece.length - start);
  }

  /** Nothing more comes: what is there is a line, too. */
  void end() {
    if (length > 0 || tooLong) {
      line(begun, 0, 0);
    }
  }

  private void line(byte[] piece, int start, int count) {
    if (length == 0 && !tooLong) {
      out.accept(count > most ? TOO_LONG : new Bytes(piece, start, count));
      return;
    }
    keep(piece, start, count);
    Bytes line = tooLong ? TOO_LONG : new Bytes(begun, 0, length);
    forget();
    tooLong = false;
    out.accept(line);
  }

  /** What has come of a line is kept no longer. */
  void forget() {
    room.giveBack(begun.length);
    begun = new byte[0];
    length = 0;
  }

  private boolean grow(int least) {
    int size = Math.max(least, Math.min(most, 2 * length));
    if (!room.take(size - begun.length)) {
      return false;
    }
    begun = Arrays.copyOf(begun, size);
    return true;
  }

  private void keep(byte[] piece, int start, int count) {
    if (tooLong || count > most - length) {
      tooLong = true;
      forget();
      return;
    }
    if (count > begun.length - length && !grow(length + count)) {
      forget();
      out.accept(NO_ROOM);
      return;
    }
    System.arraycopy(piece, start, begun, length, count);
    length += count;
  }
}
