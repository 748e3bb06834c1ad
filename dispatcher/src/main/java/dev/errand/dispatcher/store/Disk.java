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
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
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
  private final RocksDB db;

  private Disk(Options options, RocksDB db) {
    this.options = options;
    this.db = db;
    this.written = new WriteOptions();
    this.forced = new WriteOptions().setSync(true);
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
    NativeLibrary.load(folder, true);
    Options options = options(totalBytes(tasks));
    try {
      RocksDB db = RocksDB.open(options, tasks.toString());
      hold(folder);
      return new Disk(options, db);
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
      return new Disk(options, RocksDB.openReadOnly(options, tasks.toString()));
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
  private static Options options(long totalBytes) {
    long buffer = Math.max(LEAST_BUFFER, Math.min(MOST_BUFFER, totalBytes / BUFFER_PART));
    return new Options()
        .setCreateIfMissing(true)
        // A record that was cut off at the end was never acknowledged; any other damage is told.
        .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
        .setParanoidChecks(true)
        .setEnableBlobFiles(true)
        .setMinBlobSize(1_024)
        .setBlobFileSize(64L << 20)
        .setEnableBlobGarbageCollection(true)
        .setBlobGarbageCollectionAgeCutoff(0.5)
        .setBlobGarbageCollectionForceThreshold(0.5)
        .setCompressionType(CompressionType.NO_COMPRESSION)
        .setWriteBufferSize(buffer)
        .setMaxWriteBufferNumber(4)
        .setMaxTotalWalSize(8 * buffer)
        .setManifestPreallocationSize(buffer / 8)
        .setMaxBackgroundJobs(2)
        .setStatsDumpPeriodSec(0)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(3);
  }

  private static void force(Path folder) throws IOException {
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

  private static StoreException refused(Path folder, RocksDBException e) {
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
   * Writes all or nothing.
   *
   * @param force whether it is safe from a loss of power when this returns
   */
  void write(WriteBatch batch, boolean force) throws RocksDBException {
    db.write(force ? forced : written, batch);
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
    options.close();
    return safe;
  }
}
