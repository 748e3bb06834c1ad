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

/**
 * RocksDB's list of its files, made anew where it is lost: all tables there are, each as if it
 * might hold any key, those with higher numbers before the others; and all blob files. What was
 * deleted in a table that can't be read is there again.
 */
final class Manifest {

  static final String NAME = "MANIFEST-000001";

  /** Says which list is the one that counts. */
  static final String CURRENT = "CURRENT";

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

  private Manifest() {}

  /**
   * Writes both.
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
    try (LogWriter list = new LogWriter(folder.resolve(NAME))) {
      list.add(Arrays.copyOf(out.array(), out.length()));
    }
    Files.writeString(folder.resolve(CURRENT), NAME + "\n");
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
}
