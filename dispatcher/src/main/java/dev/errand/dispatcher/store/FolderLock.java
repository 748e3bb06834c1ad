package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps dispatchers from a store's folder while it is read: a shared lock on the file that RocksDB
 * locks for itself, which changes nothing. Two processes that read do not disturb each other. Locks
 * are a process's: a store that this process itself has open is not noticed, and loses its own.
 */
final class FolderLock implements AutoCloseable {

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks the folder; a copy of one may lack the file, then nobody has ever opened it.
   *
   * @throws NoStoreException if a dispatcher has it open
   */
  static FolderLock of(Path folder) throws IOException {
    Path file = folder.resolve("tasks").resolve("LOCK");
    if (!Files.exists(file)) {
      return new FolderLock(null);
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
    if (lock == null) {
      channel.close();
      throw new NoStoreException(
          "the store in "
              + folder.toAbsolutePath()
              + " is held by "
              + Disk.holder(folder)
              + ": stop that dispatcher first");
    }
    return new FolderLock(channel);
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
