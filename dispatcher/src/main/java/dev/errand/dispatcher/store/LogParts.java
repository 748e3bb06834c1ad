package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The form of RocksDB's logs, and how one is read to its end, behind what can't be read too. A
 * record lies in one part, or in several, of which none crosses a block's end; before each part are
 * its checksum, its length and its kind.
 */
final class LogParts {

  static final int BLOCK_BYTES = 1 << 15;
  static final int HEADER_BYTES = 7;

  // Kinds of parts; the third lies between a record's first and its last.
  static final int FULL = 1;
  static final int FIRST = 2;
  static final int MIDDLE = 3;
  static final int LAST = 4;

  /** What comes in the order of the log. */
  interface Reader {

    /**
     * A part that agrees with its checksum.
     *
     * @param block has its content at that place
     * @param end where it ends in the log
     */
    void part(int kind, ByteBuffer block, int from, int length, long end);

    /** No part begins where one should. */
    void gap();

    /** A whole block can't be read. */
    void lost(IOException why) throws IOException;
  }

  private LogParts() {}

  /** Shows all parts of a log. Blocks. */
  static void read(Path log, Reader reader) throws IOException {
    try (FileChannel in = FileChannel.open(log, StandardOpenOption.READ)) {
      long size = in.size();
      ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (long start = 0; start < size; start += BLOCK_BYTES) {
        try {
          fill(block.clear(), in, start);
        } catch (IOException e) {
          reader.lost(e);
          continue;
        }
        read(block.flip(), start, reader);
      }
    }
  }

  private static void fill(ByteBuffer block, FileChannel in, long start) throws IOException {
    while (block.hasRemaining() && in.read(block, start + block.position()) > 0) {
      // It may come in parts.
    }
  }

  private static void read(ByteBuffer block, long start, Reader reader) {
    int at = 0;
    while (at + HEADER_BYTES <= block.limit()) {
      int length = length(block, at);
      if (length < 0) {
        // The next part that can be read may begin anywhere.
        reader.gap();
        at++;
      } else {
        int from = at + HEADER_BYTES;
        at = from + length;
        reader.part(block.get(from - 1), block, from, length, start + at);
      }
    }
    // No part begins so near to a block's end.
    if (at < block.limit() && block.limit() < BLOCK_BYTES) {
      reader.gap();
    }
  }

  /**
   * Bytes of the part that begins there; -1 if none does, or none that agrees with its checksum.
   */
  private static int length(ByteBuffer block, int at) {
    int length = Short.toUnsignedInt(block.getShort(at + Integer.BYTES));
    int kind = block.get(at + HEADER_BYTES - 1);
    boolean fits = kind >= FULL && kind <= LAST && at + HEADER_BYTES + length <= block.limit();
    return fits && block.getInt(at) == checksum(kind, block.array(), at + HEADER_BYTES, length)
        ? length
        : -1;
  }

  /** Of a part. RocksDB does not keep it as it is: it might be summed up itself. */
  static int checksum(int kind, byte[] content, int from, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(kind);
    checksum.update(content, from, length);
    return Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8;
  }
}
