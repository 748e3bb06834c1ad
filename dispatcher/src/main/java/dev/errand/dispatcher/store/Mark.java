package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * How far a store had come, in a file beside it: whoever opens it finds out whether files were lost
 * or cut off, which a log alone does not tell from the end of what was written. Owner: the store's
 * thread.
 */
final class Mark {

  private static final String FILE = "mark";
  private static final long BETWEEN_MILLIS = 1_000;

  private final Path folder;
  private long marked;
  private long markedAt;

  Mark(Path folder) {
    this.folder = folder;
  }

  /**
   * Compares.
   *
   * @param newest number of the newest chunk that the store has, or had
   * @throws StoreException if there were more
   */
  void check(long newest) throws IOException {
    String problem = problem(newest);
    if (problem != null) {
      throw StoreException.damaged(folder, problem, null);
    }
  }

  /** The same in a line; null: it has all there were. */
  String problem(long newest) throws IOException {
    String text = isThere() ? Files.readString(file(), StandardCharsets.UTF_8).strip() : "";
    return text.matches("[0-9]{1,18}") && Long.parseLong(text) > newest
        ? "files of it are missing or cut off: it ends with chunk "
            + newest
            + ", and there were "
            + text
        : null;
  }

  /** Whether there ever was a store. */
  boolean isThere() {
    return Files.exists(file());
  }

  private Path file() {
    return folder.resolve(FILE);
  }

  /**
   * Notes that all chunks up to that one are safe, now and then.
   *
   * @throws StoreException if the store's files are not there any more
   */
  void note(long forced, long now) {
    if (Math.abs(now - markedAt) >= BETWEEN_MILLIS) {
      markedAt = now;
      note(forced);
    }
  }

  /** The same at once. */
  void note(long forced) {
    try {
      if (!Files.exists(folder.resolve(Disk.TASKS).resolve("CURRENT"))) {
        throw new IOException("its files are gone");
      }
      if (forced > marked) {
        Path fresh = folder.resolve(FILE + ".new");
        Files.writeString(fresh, forced + "\n", StandardCharsets.UTF_8);
        Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
        marked = forced;
      }
    } catch (IOException e) {
      throw new StoreException("the store in " + folder.toAbsolutePath() + " failed: " + e, e);
    }
  }
}
