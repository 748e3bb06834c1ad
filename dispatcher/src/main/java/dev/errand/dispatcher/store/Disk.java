package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A store's folder: RocksDB in {@code tasks}, which does the log, the checksums and the recovery,
 * behind a lock of its own. Owner: the store's thread.
 */
final class Disk {

  /** Where RocksDB has its files. */
  static final String TASKS = "tasks";

  private static final long LEAST_BUFFER = 1L << 20;
  private static final long MOST_BUFFER = 32L << 20;
  private static final int BUFFER_PART = 64;

  /** Values in so many of the oldest blob files are moved when tables are written anew. */
  private static final double OLDEST = 0.1;

  /** With more garbage than that among them it is worth it to move the others. */
  private static final int GARBAGE_PART = 4;

  private static final String VALUES = "live-blob-file-size";
  private static final String GARBAGE = "live-blob-file-garbage-size";

  private final Options options;
  private final WriteOptions written;
  private final WriteOptions forced;
  private final FlushOptions started;
  private final RocksDB db;
  private final long mostInLog;

  /** Null if it is only read. */
  private final FolderLock lock;

  private long inLog;

  private Disk(Options options, RocksDB db, long mostInLog, FolderLock lock) {
    this.options = options;
    this.db = db;
    this.mostInLog = mostInLog;
    this.lock = lock;
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
      Files.createDirectories(folder);
      Files.createDirectories(tasks);
      force(folder);
      if (folder.toAbsolutePath().getParent() != null) {
        force(folder.toAbsolutePath().getParent());
      }
      needWritable(folder);
      needWritable(tasks);
      NoFile.refuse(folder.toAbsolutePath());
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
    FolderLock lock = lock(folder);
    try {
      LogEnd.mend(folder);
      return open(folder, lock);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static FolderLock lock(Path folder) {
    try {
      return FolderLock.toWrite(folder);
    } catch (FolderLock.HeldException e) {
      throw new StoreException(e.getMessage() + ": stop that first, or set another store.path", e);
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  private static Disk open(Path folder, FolderLock lock) {
    NativeLibrary.load(folder, true);
    Path tasks = folder.resolve(TASKS);
    long buffer = buffer(totalBytes(tasks));
    Options options = options(buffer);
    Disk disk;
    try {
      disk = new Disk(options, RocksDB.open(options, tasks.toString()), buffer, lock);
    } catch (RocksDBException e) {
      options.close();
      throw refused(folder, e);
    }
    try {
      lock.opened();
      return disk;
    } catch (IOException e) {
      disk.close();
      throw unwritable(folder, e);
    }
  }

  private static StoreException unwritable(Path folder, IOException e) {
    return Room.isFull(folder, e)
        ? Room.full(folder, e)
        : new StoreException(
            "the store's folder "
                + folder.toAbsolutePath()
                + " can't be made or written to ("
                + StoreException.why(e)
                + "): set store.path to one that can",
            e);
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
      return new Disk(options, RocksDB.openReadOnly(options, tasks.toString()), 0, null);
    } catch (RocksDBException e) {
      options.close();
      throw e;
    }
  }

  private static long totalBytes(Path folder) {
    try {
      return Files.getFileStore(folder).getTotalSpace();
    } catch (IOException e) {
      throw new StoreException(
          "the disk of " + folder.toAbsolutePath() + ": " + StoreException.why(e), e);
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
        .setBlobGarbageCollectionAgeCutoff(OLDEST)
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

  private static StoreException refused(Path folder, RocksDBException e) {
    if (Room.isFull(folder, e)) {
      return Room.full(folder, e);
    }
    return new StoreException(
        "the store in "
            + folder.toAbsolutePath()
            + " can't be opened: "
            + e.getMessage()
            + StoreException.cure(folder.toAbsolutePath()),
        e);
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

  /** Whether {@link #collect} needs no more than so many bytes meanwhile. */
  boolean canCollect(long most) throws RocksDBException {
    return tables() <= most;
  }

  private long tables() throws RocksDBException {
    return property("total-sst-files-size") + property("cur-size-all-mem-tables");
  }

  /**
   * Gives back what deleted values take: by itself RocksDB only does that beside writes. All that
   * was written is safe from a loss of power then. Blocks.
   *
   * @param most bytes that it may take meanwhile
   * @return whether it gave anything back, so that there may be more
   */
  boolean collect(long most) throws RocksDBException {
    long forValues = Math.max(0, most - tables());
    force();
    try (FlushOptions flush = new FlushOptions().setAllowWriteStall(true)) {
      db.flush(flush);
    }
    inLog = 0;
    long before = property(VALUES);
    compact(0);
    long values = property(VALUES);
    if (property(GARBAGE) > values / GARBAGE_PART) {
      // It lies between values that have to be moved, as far as these fit.
      compact(Math.min(1.0, (double) forValues / values));
    }
    return property(VALUES) < before;
  }

  /**
   * Writes the tables anew, without what was deleted. Blob files of which nothing is in use are
   * gone then.
   *
   * @param part values in so many of the oldest blob files are moved, and these are gone, too
   */
  private void compact(double part) throws RocksDBException {
    moveOldest(part);
    try (CompactRangeOptions all =
        new CompactRangeOptions()
            .setAllowWriteStall(true)
            .setBottommostLevelCompaction(BottommostLevelCompaction.kForce)) {
      db.compactRange(null, null, null, all);
    } finally {
      moveOldest(OLDEST);
    }
  }

  private long property(String name) throws RocksDBException {
    return db.getLongProperty("rocksdb." + name);
  }

  private void moveOldest(double part) throws RocksDBException {
    db.setOptions(
        MutableColumnFamilyOptions.builder().setBlobGarbageCollectionAgeCutoff(part).build());
  }

  /**
   * Looks whether the folder is still the one that was opened, and nobody else's.
   *
   * @throws IOException if not
   */
  void check(Path folder) throws IOException {
    if (!Files.exists(folder.resolve(TASKS).resolve("CURRENT"))) {
      throw new IOException("its files are gone");
    }
    lock.check();
  }

  boolean isOpen() {
    return db.isOwningHandle();
  }

  /** Frees it; the second time that does nothing. */
  void close() {
    if (!isOpen()) {
      return;
    }
    db.close();
    written.close();
    forced.close();
    started.close();
    options.close();
    if (lock != null) {
      lock.close();
    }
  }
}
