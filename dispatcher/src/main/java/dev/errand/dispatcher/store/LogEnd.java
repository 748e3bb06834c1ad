package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The end of RocksDB's newest log, the only place where anything may be that was never forced. A
 * loss of power leaves of that what it likes: some of it, in shreds, or with the later parts there
 * and the earlier ones not. So what can't be read there is cut off, with all behind; unless a
 * record behind says that it was forced. Owner: the thread that opens the store.
 */
final class LogEnd implements LogParts.Reader {

  private final Path log;
  private final byte[] tail = new byte[Notes.CHUNKS_BYTES];

  /** Within a record. */
  private boolean open;

  /** Behind something that can't be read. */
  private boolean torn;

  /** Bytes of the whole records in front. */
  private long whole;

  /** Number of their newest chunk; 0: there are none. */
  private long newest;

  /** What is behind says that all of this log was forced up to that chunk; 0: nothing. */
  private long forced;

  private LogEnd(Path log) throws IOException {
    this.log = log;
    LogParts.read(log, this);
    torn |= open;
  }

  /**
   * Cuts off what a loss of power has left of what was never forced, and forces the rest. Nobody
   * else may have the folder. Blocks.
   *
   * @param folder the store's
   * @throws StoreException if the log can't be read, or some of what can't be was forced
   */
  static void mend(Path folder) {
    try {
      Path log = newestLog(folder.resolve(Disk.TASKS));
      if (log == null) {
        return;
      }
      LogEnd end = new LogEnd(log);
      if (end.torn) {
        end.cut(folder);
      }
      Disk.force(log);
    } catch (IOException e) {
      throw StoreException.damaged(folder, e);
    }
  }

  /** Null: there is none. */
  private static Path newestLog(Path tasks) throws IOException {
    try (Stream<Path> all = Files.list(tasks)) {
      List<Path> logs =
          all.filter(file -> file.getFileName().toString().matches("\\d+\\.log")).toList();
      return logs.stream().max(Comparator.comparingLong(LogEnd::number)).orElse(null);
    }
  }

  private static long number(Path log) {
    String name = log.getFileName().toString();
    return Long.parseLong(name.substring(0, name.indexOf('.')));
  }

  private void cut(Path folder) throws IOException {
    if (forced > newest) {
      throw StoreException.damaged(
          folder,
          log + " can't be read behind " + whole + " bytes, and more of it was forced to disk",
          null);
    }
    if (newest > 0) {
      new Mark(folder).check(newest);
    }
    try (FileChannel out = FileChannel.open(log, StandardOpenOption.WRITE)) {
      out.truncate(whole);
    }
  }

  @Override
  public void gap() {
    torn = true;
  }

  @Override
  public void lost(IOException why) throws IOException {
    throw new IOException(log + " can't be read: " + why.getMessage(), why);
  }

  @Override
  public void part(int kind, ByteBuffer block, int from, int length, long end) {
    // What it goes on with, or what it should have gone on with, is not there.
    torn |= open == (kind == LogParts.FULL || kind == LogParts.FIRST);
    open = kind != LogParts.FULL && kind != LogParts.LAST;
    whole = torn || open ? whole : end;
    int kept = Math.min(length, tail.length);
    System.arraycopy(tail, kept, tail, 0, tail.length - kept);
    block.get(from + length - kept, tail, tail.length - kept, kept);
    Notes.Chunks chunks = open ? null : Notes.Chunks.atEndOf(tail);
    if (chunks != null && torn) {
      forced = Math.max(forced, chunks.forced());
    } else if (chunks != null) {
      newest = chunks.newest();
    }
  }
}
