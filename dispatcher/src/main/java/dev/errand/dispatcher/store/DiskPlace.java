package dev.errand.dispatcher.store;

import dev.errand.dispatcher.core.TypeSettings;
import dev.errand.protocol.frame.MalformedFrameException;
import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Chunks in a folder of the disk: each {@link Write} is one of RocksDB's. Owner: the store's. */
final class DiskPlace implements ChunkPlace {

  private static final long BETWEEN_MILLIS = 1_000;
  private static final long COLLECT_MILLIS = 5_000;

  private final Path folder;
  private final Disk disk;
  private final Notes notes;
  private final ChunkFiles files;
  private final Room room;
  private final Mark mark;

  /** The newest chunk as it was with the last write, and with the last that was forced. */
  private long written;

  private long forced;
  private long lookedAt;
  private long collectedAt;

  /** Whether there may be garbage that has not been collected; earlier lives may have left some. */
  private boolean garbage = true;

  private DiskPlace(Path folder, Disk disk) throws IOException {
    this.folder = folder;
    this.disk = disk;
    this.notes = new Notes(disk);
    this.files = new ChunkFiles(disk);
    this.room = new Room(folder, folder.resolve(Disk.TASKS));
    this.mark = new Mark(folder);
  }

  /**
   * Opens the folder, made if need be. Blocks.
   *
   * @throws StoreException if that can't be
   */
  static DiskPlace open(Path folder) {
    Disk disk = Disk.open(folder);
    try {
      return new DiskPlace(folder, disk);
    } catch (IOException e) {
      disk.close();
      throw StoreException.damaged(folder, e);
    }
  }

  /** Reads the notes, looks at all bodies, and shows the heads of all chunks in their order. */
  void readAll(ChunkFiles.Reader reader) throws RocksDBException, MalformedFrameException {
    notes.read(folder);
    files.checkBodies();
    files.readAll(reader);
  }

  /**
   * Compares what was found with what there was.
   *
   * @return number of the newest chunk that ever was
   * @throws StoreException if something is missing
   */
  long check(long last, int count, long sum) throws RocksDBException, IOException {
    Notes.Chunks kept = notes.chunks();
    if (count != kept.count() || sum != kept.sum()) {
      throw StoreException.damaged(
          folder,
          "files of it are missing or cut off: there were "
              + kept.count()
              + " chunks, and "
              + count
              + " are there",
          null);
    }
    long newest = Math.max(last, kept.newest());
    mark.check(newest);
    return newest;
  }

  /** The next life begins, whatever happens to the power. */
  void beginLife(long newest, int count, long sum) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch()) {
      notes.putNextLife(batch);
      write(batch, true, newest, count, sum);
    }
  }

  @Override
  public Notes notes() {
    return notes;
  }

  @Override
  public boolean lasts() {
    return true;
  }

  @Override
  public byte[] heads(long number) throws RocksDBException {
    return files.heads(number);
  }

  @Override
  public byte[] bodies(long number) throws RocksDBException {
    return files.bodies(number);
  }

  @Override
  public void write(Write write, long newest, int count, long sum) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch()) {
      for (Write.Chunk chunk : write.chunks) {
        ChunkFiles.put(batch, chunk);
      }
      for (TypeSettings type : write.types) {
        Notes.put(batch, type);
      }
      notes.putCounts(batch);
      for (long dead : write.dead) {
        ChunkFiles.delete(batch, dead);
        garbage = true;
      }
      write(batch, write.urgent, newest, count, sum);
    }
  }

  private void write(WriteBatch batch, boolean force, long newest, int count, long sum)
      throws RocksDBException {
    Notes.put(batch, new Notes.Chunks(newest, disk.isLogNew() ? 0 : forced, count, sum));
    boolean safe = disk.write(batch, force);
    written = newest;
    forced = safe ? written : forced;
  }

  @Override
  public void rest() throws RocksDBException {
    if (forced < written) {
      disk.force();
      forced = written;
    }
  }

  @Override
  public void look(long now, long live) throws RocksDBException, IOException {
    room.look(now, live);
    if (garbage && noRoom() != null && Math.abs(now - collectedAt) >= COLLECT_MILLIS) {
      collectedAt = now;
      collect();
    }
    if (Math.abs(now - lookedAt) >= BETWEEN_MILLIS) {
      lookedAt = now;
      disk.check(folder);
      mark.note(forced);
    }
  }

  private void collect() throws RocksDBException {
    long most = room.left() / 2;
    if (disk.canCollect(most)) {
      garbage = disk.collect(most);
      forced = written;
    }
  }

  @Override
  public String noRoom() {
    return room.problem();
  }

  @Override
  public TaskStore.Space space() {
    return room.space();
  }

  @Override
  public StoreException failed(Exception e) {
    return new StoreException(
        "the store in "
            + folder.toAbsolutePath()
            + " failed: "
            + e.getMessage()
            + "; look after the disk, then start again",
        e);
  }

  @Override
  public StoreException damaged(Exception e) {
    return StoreException.damaged(folder, e);
  }

  /** What is told when it can't be opened. */
  StoreException unusable(Exception e) {
    return Room.isFull(folder, e) ? Room.full(folder, e) : damaged(e);
  }

  @Override
  public void close() {
    try {
      if (disk.isOpen()) {
        disk.force();
        disk.check(folder);
        mark.note(written);
      }
    } catch (RocksDBException e) {
      // What was promised was forced before.
    } catch (IOException e) {
      throw failed(e);
    } finally {
      disk.close();
    }
  }
}
