package dev.errand.dispatcher.store;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.frame.FrameWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.zip.CRC32C;

/**
 * RocksDB's list of its files, made anew where it is lost: all tables there are, each as if it
 * might hold any key, those with higher numbers before the others; and all blob files. What was
 * deleted in a table that can't be read is there again.
 */
final class Manifest {

  private static final String NAME = "MANIFEST-000001";
  private static final int FULL_RECORD = 1;

  // Fields of the one record, as RocksDB numbers them.
  private static final int COMPARATOR = 1;
  private static final int LOG_NUMBER = 2;
  private static final int NEXT_FILE = 3;
  private static final int LAST_SEQUENCE = 4;
  private static final int NEW_FILE = 103;
  private static final int FILE_ENDS = 1;
  private static final int FILE_OLDEST_BLOB = 4;
  private static final int NEW_BLOB_FILE = 400;
  private static final int BLOB_FILE_ENDS = 0;

  private static final long HIGHEST_SEQUENCE = 1L << 55;
  private static final int VALUE = 1;

  /** Of RocksDB's logs. */
  static final int BLOCK_BYTES = 1 << 15;

  /** Before each part of a record: checksum, length, kind. */
  static final int HEADER_BYTES = 7;

  private Manifest() {}

  /**
   * Writes the list, and the note that it is the one that counts.
   *
   * @param tables bytes of each table, by its number
   * @param blobs numbers of the blob files
   */
  static void write(Path folder, SortedMap<Long, Long> tables, SortedSet<Long> blobs)
      throws IOException {
    FrameWriter out = FrameWriter.headless(1_024);
    long last =
        Math.max(tables.isEmpty() ? 1 : tables.lastKey(), blobs.isEmpty() ? 1 : blobs.last());
    out.varint(COMPARATOR).text("leveldb.BytewiseComparator");
    out.varint(LOG_NUMBER).varint(0);
    out.varint(NEXT_FILE).varint(last + 1);
    out.varint(LAST_SEQUENCE).varint(HIGHEST_SEQUENCE);
    tables.forEach((number, bytes) -> table(out, number, bytes, blobs));
    for (long blob : blobs) {
      // Not counted: nobody asks in what is only read.
      out.varint(NEW_BLOB_FILE).varint(blob).varint(1).varint(1).text("").text("");
      out.varint(BLOB_FILE_ENDS);
    }
    Files.write(folder.resolve(NAME), record(Arrays.copyOf(out.array(), out.length())));
    Files.writeString(folder.resolve("CURRENT"), NAME + "\n");
  }

  private static void table(FrameWriter out, long number, long bytes, SortedSet<Long> blobs) {
    out.varint(NEW_FILE).varint(0).varint(number).varint(bytes);
    out.bytes(key((byte) 0, HIGHEST_SEQUENCE)).bytes(key((byte) 0xff, 0));
    out.varint(number).varint(number);
    if (!blobs.isEmpty()) {
      FrameWriter oldest = FrameWriter.headless(16).varint(blobs.first());
      out.varint(FILE_OLDEST_BLOB);
      out.bytes(new Bytes(oldest.array(), 0, oldest.length()));
    }
    out.varint(FILE_ENDS);
  }

  private static Bytes key(byte name, long sequence) {
    ByteBuffer key = ByteBuffer.allocate(1 + Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return Bytes.of(key.put(name).putLong(sequence << 8 | VALUE).array());
  }

  /** In the form of RocksDB's logs: parts that do not cross a block's end, each with a checksum. */
  private static byte[] record(byte[] content) {
    int parts = content.length / (BLOCK_BYTES - HEADER_BYTES) + 1;
    ByteBuffer out =
        ByteBuffer.allocate(content.length + parts * HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int part = 0; part < parts; part++) {
      int from = part * (BLOCK_BYTES - HEADER_BYTES);
      int length = Math.min(content.length - from, BLOCK_BYTES - HEADER_BYTES);
      // One of several is the first, one in between, or the last.
      int kind = parts == 1 ? FULL_RECORD : part == 0 ? 2 : part < parts - 1 ? 3 : 4;
      out.putInt(checksum(kind, content, from, length)).putShort((short) length).put((byte) kind);
      out.put(content, from, length);
    }
    return out.array();
  }

  /** Of a part of a record. RocksDB does not keep it as it is: it might be summed up itself. */
  static int checksum(int kind, byte[] content, int from, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(kind);
    checksum.update(content, from, length);
    return Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8;
  }
}
