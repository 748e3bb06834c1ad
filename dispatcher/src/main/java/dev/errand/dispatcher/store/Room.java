package dev.errand.dispatcher.store;

import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What the disk has room for, and what is used. Looks on the store's thread, told to any. */
final class Room {

  /** What runs must always find room to end, and what RocksDB moves about too. */
  private static final long RESERVE_BYTES = 256L << 20;

  /** Of a small disk. */
  private static final int RESERVE_PART = 4;

  private static final long FRESH_MILLIS = 20;

  /** Less is nothing. */
  private static final long LEAST_BYTES = 1 << 16;

  /** The files are many. */
  private static final long MEASURED_MILLIS = 10_000;

  private final Path folder;
  private final File files;
  private final FileStore disk;
  private long lookedAt;
  private long left;
  private long measuredAt;
  private volatile String problem;
  private volatile TaskStore.Space space;

  /**
   * That of a store's folder.
   *
   * @param files where in it its files are
   */
  Room(Path folder, Path files) throws IOException {
    this.folder = folder.toAbsolutePath();
    this.files = files.toFile();
    this.disk = Files.getFileStore(folder);
  }

  /** Whether something failed there because the disk has nothing left. */
  static boolean isFull(Path folder, Exception e) {
    if (e instanceof RocksDBException failure) {
      return failure.getStatus() != null
          && failure.getStatus().getSubCode() == Status.SubCode.NoSpace;
    }
    if (String.valueOf(e.getMessage()).contains("No space left")) {
      return true;
    }
    if (!(e instanceof IOException) || e instanceof AccessDeniedException) {
      return false;
    }
    // In another language that says something else.
    try {
      FileStore disk = Files.getFileStore(folder);
      return disk.getTotalSpace() > 0 && disk.getUsableSpace() < LEAST_BYTES;
    } catch (IOException unknown) {
      return false;
    }
  }

  /** What is told then; nothing is wrong with what is there. */
  static StoreException full(Path folder, Exception e) {
    return new StoreException(
        "the disk of " + folder.toAbsolutePath() + " is full: make room, then start again", e);
  }

  /**
   * Looks, if the last look is not fresh.
   *
   * @param now milliseconds since 1970
   * @param live bytes of tasks that have not ended: their results may well be as large
   */
  void look(long now, long live) {
    if (Math.abs(now - lookedAt) < FRESH_MILLIS) {
      return;
    }
    lookedAt = now;
    try {
      long least = Math.min(RESERVE_BYTES, disk.getTotalSpace() / RESERVE_PART) + live;
      left = disk.getUsableSpace();
      problem =
          left >= least
              ? null
              : "the disk of "
                  + folder
                  + " is full ("
                  + (left >> 20)
                  + " MiB left): make room, it goes on by itself";
    } catch (IOException e) {
      left = 0;
      problem = "the disk of " + folder + " can't be looked at: " + StoreException.why(e);
    }
    if (Math.abs(now - measuredAt) >= MEASURED_MILLIS) {
      measuredAt = now;
      space = new TaskStore.Space(bytes(), left);
    }
  }

  /** One that is gone meanwhile has none. */
  private long bytes() {
    File[] all = files.listFiles();
    return all == null ? 0 : Arrays.stream(all).mapToLong(File::length).sum();
  }

  /** Bytes that were left when it was looked at last. */
  long left() {
    return left;
  }

  /** See {@link TaskStore#space}. */
  TaskStore.Space space() {
    return space;
  }

  /** Why there was none when it was looked at last; null: there was. */
  String problem() {
    return problem;
  }
}
