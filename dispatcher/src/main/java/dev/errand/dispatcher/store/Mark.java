package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a store had come, in a file beside it: whoever opens it finds out whether files were lost
 * or cut off, which a log alone does not tell from the end of what was written. Owner: the store's
 * thread.
 */
final class Mark {

  private static final String FILE = "mark";

  /** The number twice, so that no bit can flip in it and nobody notice. */
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18}) \\1\n");

  private final Path folder;
  private long marked;

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
    if (!Files.isRegularFile(file())) {
      return null;
    }
    Matcher text = TEXT.matcher(Files.readString(file(), StandardCharsets.ISO_8859_1));
    if (!text.matches()) {
      return "what is in " + file() + " can't be read";
    }
    return Long.parseLong(text.group(1)) > newest
        ? "files of it are missing or cut off: it ends with chunk "
            + newest
            + ", and there were "
            + text.group(1)
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
   * Notes that all chunks up to that one are safe. On a disk that is full the old note stays, which
   * is as true.
   *
   * @throws IOException if that can't be
   */
  void note(long forced) throws IOException {
    if (forced <= marked) {
      return;
    }
    try {
      Path fresh = folder.resolve(FILE + ".new");
      Files.writeString(fresh, forced + " " + forced + "\n", StandardCharsets.ISO_8859_1);
      // Whatever happens to the power, there is the old one or the new one.
      Disk.force(fresh);
      Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
      marked = forced;
    } catch (IOException e) {
      if (!Room.isFull(folder, e)) {
        throw e;
      }
    }
  }
}
