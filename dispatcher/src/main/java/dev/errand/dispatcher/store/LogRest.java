package dev.errand.dispatcher.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * What is left of a log of RocksDB's that is damaged: all of its records that are whole, those
 * behind the damage too. Owner: the thread that reads it.
 */
final class LogRest implements LogParts.Reader {

  /** All of a log can be read. */
  static final long WHOLE = -1;

  private final Consumer<byte[]> records;
  private final ByteArrayOutputStream record = new ByteArrayOutputStream();
  private boolean open;

  /** Bytes of the whole records in front of any damage. */
  private long front;

  private boolean torn;

  private LogRest(Consumer<byte[]> records) {
    this.records = records;
  }

  /** How many bytes there are in front of what can't be read, or {@link #WHOLE}. Blocks. */
  static long damage(Path log) throws IOException {
    LogRest rest = new LogRest(record -> {});
    rest.read(log);
    return rest.torn ? rest.front : WHOLE;
  }

  /** Writes a new log of all records that are whole. Blocks. */
  static void copy(Path log, Path to) throws IOException {
    try (LogWriter writer = new LogWriter(to)) {
      new LogRest(record -> write(record, writer)).read(log);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void write(byte[] record, LogWriter to) {
    try {
      to.add(record);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(Path log) throws IOException {
    LogParts.read(log, this);
    torn |= open;
  }

  @Override
  public void gap() {
    torn = true;
    open = false;
  }

  @Override
  public void lost(IOException why) {
    gap();
  }

  @Override
  public void part(int kind, ByteBuffer block, int from, int length, long end) {
    boolean begins = kind == LogParts.FULL || kind == LogParts.FIRST;
    torn |= open == begins;
    if (begins) {
      record.reset();
    } else if (!open) {
      return;
    }
    record.write(block.array(), from, length);
    open = kind != LogParts.FULL && kind != LogParts.LAST;
    if (!open) {
      records.accept(record.toByteArray());
      front = torn ? front : end;
    }
  }
}
