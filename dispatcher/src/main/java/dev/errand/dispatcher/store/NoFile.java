package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Something in a store's folder that has a file's name and is none. RocksDB and the JVM say little
 * of it, or wait for ever for what comes out of it; so it is looked for before anything is opened.
 *
 * @param file where it is
 * @param form what it is instead
 * @param dispensable whether the store would make a new one if there were none
 */
record NoFile(Path file, String form, boolean dispensable) {

  private static final Pattern OWN = Pattern.compile("held-by|mark(\\.new)?");
  private static final Pattern DISPENSABLE =
      Pattern.compile("LOCK|LOG(\\.old\\.\\d+)?|IDENTITY|OPTIONS-\\d+(\\.dbtmp)?");
  private static final Pattern NEEDED =
      Pattern.compile("CURRENT|MANIFEST-\\d+|\\d+\\.(sst|blob|log)");

  /** All there are. Others may have the folder open. */
  static List<NoFile> in(Path folder) throws IOException {
    List<NoFile> found = new ArrayList<>();
    find(folder, OWN, true, found);
    Path tasks = folder.resolve(Disk.TASKS);
    find(tasks, DISPENSABLE, true, found);
    find(tasks, NEEDED, false, found);
    return found;
  }

  /**
   * Looks before a dispatcher opens the folder.
   *
   * @throws StoreException if there are any
   */
  static void refuse(Path folder) throws IOException {
    List<NoFile> found = in(folder);
    if (!found.isEmpty()) {
      NoFile first = found.get(0);
      throw new StoreException(
          "the store in "
              + folder
              + " can't be opened: "
              + first.problem()
              + (first.dispensable
                  ? "; move it away, then start again"
                  : StoreException.cure(folder)));
    }
  }

  private static void find(Path folder, Pattern names, boolean dispensable, List<NoFile> found)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        if (names.matcher(file.getFileName().toString()).matches()) {
          String form = form(file);
          if (form != null) {
            found.add(new NoFile(file, form, dispensable));
          }
        }
      }
    }
  }

  /** Null: it is a file or a link to one, or gone by now. */
  private static String form(Path file) {
    if (Files.isRegularFile(file)) {
      return null;
    }
    if (Files.isDirectory(file)) {
      return "a folder";
    }
    if (Files.isSymbolicLink(file) && !Files.exists(file)) {
      return "a link that leads to no file";
    }
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? "a pipe, a device or the like" : null;
  }

  /** What is wrong, in a line. */
  String problem() {
    return file + " is no file, but " + form;
  }
}
