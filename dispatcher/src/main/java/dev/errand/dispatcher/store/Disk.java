package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A store's folder: RocksDB in {@code tasks}, which does the log, the checksums and the recovery,
 * and beside it a note of who holds it. Owner: the store's thread.
 */
final class Disk {

  /** Where RocksDB has its files. */
  static final String TASKS = "tasks";

  private static final String HOLDER = "held-by";
  private static final long LEAST_BUFFER = 1L << 20;
  private static final long MOST_BUFFER = 32L << 20;
  private static final int BUFFER_PART = 64;

  private final Options options;
  private final WriteOptions written;
  private final WriteOptions forced;
  private final FlushOptions started;
  private final RocksDB db;
  private final long mostInLog;
  private long inLog;

  private Disk(Options options, RocksDB db, long mostInLog) {
    this.options = options;
    this.db = db;
    this.mostInLog = mostInLog;
    this.written = new WriteOptions();
    this.forced = new WriteOptions().setSync(true);
    this.started = new FlushOptions().setWaitForFlush(false).setAllowWriteStall(true);
  }

  /**
   * Opens the folder, made if need be. Blocks.
   *
   * @throws StoreException if that can't be
   */
  static Disk open(Path folder) {
    Path tasks = folder.resolve(TASKS);
    try {
      Files.createDirectories(tasks);
      force(folder);
      if (folder.toAbsolutePath().getParent() != null) {
        force(folder.toAbsolutePath().getParent());
      }
      needWritable(folder);
      needWritable(tasks);
    } catch (IOException e) {
      throw new StoreException(
          "the store's folder "
              + folder.toAbsolutePath()
              + " can't be made or written to ("
              + e
              + "): set store.path to one that can",
          e);
    }
    LogEnd.mend(folder);
    NativeLibrary.load(folder, true);
    long buffer = buffer(totalBytes(tasks));
    Options options = options(buffer);
    try {
      RocksDB db = RocksDB.open(options, tasks.toString());
      hold(folder);
      return new Disk(options, db, buffer);
    } catch (RocksDBException e) {
      options.close();
      throw refused(folder, e);
    }
  }

  /** RocksDB would say that it can't lock it. */
  private static void needWritable(Path folder) throws IOException {
    if (!Files.isWritable(folder)) {
      throw new AccessDeniedException(folder.toString(), null, "no right to write, or read-only");
    }
  }

  /**
   * Opens what a store's folder has for reading; nothing in it changes. Blocks.
   *
   * @param options closed with it
   */
  static Disk read(Options options, Path tasks) throws RocksDBException {
    try {
      return new Disk(options, RocksDB.openReadOnly(options, tasks.toString()), 0);
    } catch (RocksDBException e) {
      options.close();
      throw e;
    }
  }

  private static long totalBytes(Path folder) {
    try {
      return Files.getFileStore(folder).getTotalSpace();
    } catch (IOException e) {
      throw new StoreException("the disk of " + folder.toAbsolutePath() + ": " + e, e);
    }
  }

  /** What is set aside for the log and gathered in memory is little beside the disk. */
  private static long buffer(long totalBytes) {
    return Math.max(LEAST_BUFFER, Math.min(MOST_BUFFER, totalBytes / BUFFER_PART));
  }

  private static Options options(long buffer) {
    return new Options()
        .setCreateIfMissing(true)
        // What may be torn has been cut off.
        .setWalRecoveryMode(WALRecoveryMode.AbsoluteConsistency)
        .setParanoidChecks(true)
        .setEnableBlobFiles(true)
        .setMinBlobSize(1_024)
        .setBlobFileSize(64L << 20)
        .setEnableBlobGarbageCollection(true)
        .setBlobGarbageCollectionAgeCutoff(0.1)
        .setBlobGarbageCollectionForceThreshold(0.75)
        .setCompressionType(CompressionType.NO_COMPRESSION)
        // More than it ever gets: a log ends when all of it was forced, see write().
        .setWriteBufferSize(8 * buffer)
        .setMaxWriteBufferNumber(4)
        // So much is set aside for a log; with one column family it has no other effect.
        .setMaxTotalWalSize(buffer)
        .setManifestPreallocationSize(buffer / 8)
        .setMaxBackgroundJobs(2)
        .setStatsDumpPeriodSec(0)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(3);
  }

  /** Makes a folder, or a file that was written, safe from a loss of power. */
  static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Only for the message of the next one; the lock is RocksDB's. */
  private static void hold(Path folder) {
    String text = "process " + ProcessHandle.current().pid() + " since " + Instant.now();
    try {
      Files.writeString(folder.resolve(HOLDER), text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StoreException(
          "the store's folder " + folder.toAbsolutePath() + " can't be written to: " + e, e);
    }
  }

  /** Whether that is because there is no room. */
  static boolean isFull(Exception e) {
    return e instanceof RocksDBException failure
        && failure.getStatus() != null
        && failure.getStatus().getSubCode() == Status.SubCode.NoSpace;
  }

  /** Nothing is wrong with what is there. */
  static StoreException full(Path folder, Exception e) {
    return new StoreException(
        "the disk of " + folder.toAbsolutePath() + " is full: make room, then start again", e);
  }

  private static StoreException refused(Path folder, RocksDBException e) {
    if (isFull(e)) {
      return full(folder, e);
    }
    String message = String.valueOf(e.getMessage());
    if (message.contains("LOCK") || message.contains("lock")) {
      return new StoreException(
          "the store in "
              + folder.toAbsolutePath()
              + " is held by "
              + holder(folder)
              + ": stop that dispatcher, or set another store.path",
          e);
    }
    return new StoreException(
        "the store in "
            + folder.toAbsolutePath()
            + " can't be opened: "
            + message
            + StoreException.cure(folder.toAbsolutePath()),
        e);
  }

  /** Who held the folder last, for people. */
  static String holder(Path folder) {
    try {
      return Files.readString(folder.resolve(HOLDER), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "another process";
    }
  }

  /** Null if there is none. */
  byte[] get(byte[] key) throws RocksDBException {
    return db.get(key);
  }

  /** All of them, from the first key on; to be closed. */
  RocksIterator from(byte[] key) {
    RocksIterator iterator = db.newIterator();
    iterator.seek(key);
    return iterator;
  }

  /**
   * Writes all or nothing. What a log begins and ends with is forced, so that only the newest log
   * may have anything that is not, and not in front: {@link LogEnd} relies on it.
   *
   * @param force whether it has to be safe from a loss of power when this returns
   * @return whether it is, with all that was written before
   */
  boolean write(WriteBatch batch, boolean force) throws RocksDBException {
    boolean first = isLogNew();
    inLog += batch.getDataSize();
    boolean full = inLog > mostInLog;
    boolean safe = force || first || full;
    db.write(safe ? forced : written, batch);
    if (full) {
      // What is in memory goes into a table, in the background, and the next log begins.
      db.flush(started);
      inLog = 0;
    }
    return safe;
  }

  /** Whether the next write is the first of its log. */
  boolean isLogNew() {
    return inLog == 0;
  }

  /** Makes safe from a loss of power all that was written. */
  void force() throws RocksDBException {
    db.syncWal();
  }

  /**
   * Frees it; the second time that does nothing.
   *
   * @return whether all that was written is safe now; what was promised was forced before
   */
  boolean close() {
    if (!db.isOwningHandle()) {
      return false;
    }
    boolean safe = true;
    try {
      db.syncWal();
    } catch (RocksDBException e) {
      safe = false;
    }
    db.close();
    written.close();
    forced.close();
    started.close();
    options.close();
    return safe;
  }
}
