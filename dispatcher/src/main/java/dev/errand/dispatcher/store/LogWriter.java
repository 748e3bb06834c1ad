package dev.errand.dispatcher.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a new log in RocksDB's form, see {@link LogParts}. Owner: whoever opened it. */
final class LogWriter implements AutoCloseable {

  private final OutputStream out;
  private int inBlock;

  LogWriter(Path log) throws IOException {
    out = new BufferedOutputStream(Files.newOutputStream(log), LogParts.BLOCK_BYTES);
  }

  void add(byte[] record) throws IOException {
    int from = 0;
    do {
      int room = LogParts.BLOCK_BYTES - inBlock - LogParts.HEADER_BYTES;
      if (room < 0) {
        out.write(new byte[LogParts.BLOCK_BYTES - inBlock]);
        inBlock = 0;
        room = LogParts.BLOCK_BYTES - LogParts.HEADER_BYTES;
      }
      int length = Math.min(record.length - from, room);
      part(kind(from == 0, from + length == record.length), record, from, length);
      from += length;
    } while (from < record.length);
  }

  private static int kind(boolean first, boolean last) {
    if (first) {
      return last ? LogParts.FULL : LogParts.FIRST;
    }
    return last ? LogParts.LAST : LogParts.MIDDLE;
  }

  private void part(int kind, byte[] record, int from, int length) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(LogParts.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(LogParts.checksum(kind, record, from, length));
    out.write(header.putShort((short) length).put((byte) kind).array());
    out.write(record, from, length);
    inBlock += LogParts.HEADER_BYTES + length;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
