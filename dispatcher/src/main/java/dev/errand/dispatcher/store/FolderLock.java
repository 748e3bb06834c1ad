package dev.errand.dispatcher.store;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps others from a store's folder by locks on two files, so that one that was deleted lets
 * nobody in: {@code held-by}, which says who has the folder, and the one that RocksDB locks for
 * itself. Whoever only reads shares the locks of those that are there, and changes nothing. Locks
 * are a process's, which loses them as soon as it closes the file anywhere: so it opens neither
 * twice. Owner: whose the store is.
 */
final class FolderLock implements AutoCloseable {

  private static final String HOLDER = "held-by";
  private static final String READERS = "./errand store check or export, which reads it";
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final Path own;
  private final List<FileChannel> channels = new ArrayList<>();
  private final Map<Path, Object> files = new HashMap<>();

  /** Another has the folder. */
  static final class HeldException extends IOException {

    private static final long serialVersionUID = 1;

    private HeldException(Path folder, String holder) {
      super("the store in " + folder.toAbsolutePath() + " is held by " + holder);
    }
  }

  private FolderLock(Path folder) throws IOException {
    this.folder = folder;
    this.own = folder.toRealPath();
    if (!OWN.add(own)) {
      throw new HeldException(folder, thisProcess());
    }
  }

  /**
   * Locks a folder for a dispatcher, before it changes anything.
   *
   * @throws HeldException if that can't be
   */
  static FolderLock toWrite(Path folder) throws IOException {
    FolderLock lock = new FolderLock(folder);
    try {
      lock.lock(folder.resolve(HOLDER), CREATE, READ, WRITE);
      Path database = database(folder);
      if (Files.exists(database)) {
        lock.lock(database, READ, WRITE);
        // RocksDB locks it now.
        lock.channels.remove(1).close();
      }
      return lock;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Locks a folder while it is read; if the files are none or not there, as in a copy, nobody has
   * opened it.
   *
   * @throws HeldException if a dispatcher has it open
   */
  static FolderLock toRead(Path folder) throws IOException {
    FolderLock lock = new FolderLock(folder);
    try {
      for (Path file : List.of(folder.resolve(HOLDER), database(folder))) {
        if (Files.isRegularFile(file)) {
          lock.lock(file, READ);
        }
      }
      return lock;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static Path database(Path folder) {
    return folder.resolve(Disk.TASKS).resolve("LOCK");
  }

  private void lock(Path file, OpenOption... options) throws IOException {
    FileChannel channel = FileChannel.open(file, options);
    channels.add(channel);
    boolean shared = !List.of(options).contains(WRITE);
    if (!isLocked(channel, shared)) {
      throw new HeldException(folder, isLocked(channel, true) ? READERS : holder());
    }
  }

  private static boolean isLocked(FileChannel channel, boolean shared) throws IOException {
    return channel.tryLock(0, Long.MAX_VALUE, shared) != null;
  }

  /** Who held the folder last, for people. */
  private String holder() {
    try {
      String holder = Files.readString(folder.resolve(HOLDER), StandardCharsets.UTF_8);
      return holder.isBlank() ? "another process" : holder;
    } catch (IOException e) {
      return "another process";
    }
  }

  private static String thisProcess() {
    return "process " + ProcessHandle.current().pid();
  }

  /** RocksDB has locked its file, too: says for people who has the folder. */
  void opened() throws IOException {
    for (Path file : List.of(folder.resolve(HOLDER), database(folder))) {
      files.put(file, which(file));
    }
    String text = thisProcess() + " since " + Instant.now();
    channels.get(0).truncate(0).write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Looks whether it still keeps others away.
   *
   * @throws IOException if it does not: another may have the folder by now
   */
  void check() throws IOException {
    for (Path file : files.keySet()) {
      if (!Objects.equals(which(file), files.get(file))) {
        throw new IOException(
            file + ", which keeps other dispatchers away, was deleted or replaced");
      }
    }
  }

  /** Another for each file of that name; null: there is none. */
  private static Object which(Path file) throws IOException {
    try {
      Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      // Some file systems do not tell.
      return key == null ? file : key;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public void close() {
    for (FileChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        // The end of the process frees it, too.
      }
    }
    OWN.remove(own);
  }
}
