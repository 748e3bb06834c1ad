package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Logger;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.WALRecoveryMode;

/**
 * A store's folder opened for reading, whatever of it is damaged: as a dispatcher would; else
 * without what can't be read of the log; else, if RocksDB's list of its files or a whole table is
 * lost, with a list that is made anew, in a folder of links below the JVM's for temporary files. A
 * table that is damaged in one place hides what others have of keys that would be there, so these
 * are opened once more without it. Nothing in the store's folder changes. Owner: the thread that
 * opened it.
 */
final class SavedDisk implements AutoCloseable {

  private static final Pattern NUMBERED = Pattern.compile("(\\d+)\\.(sst|blob|log)");

  private final Path tasks;
  private final Consumer<String> problem;
  private final SortedMap<Long, Long> tables = new TreeMap<>();
  private final SortedMap<Long, Long> sound = new TreeMap<>();
  private final List<Path> links = new ArrayList<>();
  private boolean isTableLost;
  private boolean isAnythingTold;
  private Disk disk;
  private Disk others;

  private SavedDisk(Path tasks, Consumer<String> problem) {
    this.tasks = tasks;
    this.problem = problem;
  }

  /**
   * Opens the folder. Blocks.
   *
   * @param problem is told what can't be read, in a line
   * @throws StoreException if nothing can be read at all
   */
  static SavedDisk open(Path folder, Consumer<String> problem) {
    SavedDisk saved = new SavedDisk(folder.toAbsolutePath().resolve("tasks"), problem);
    try {
      saved.open();
      return saved;
    } catch (RocksDBException | IOException e) {
      saved.close();
      throw new StoreException(
          "nothing can be read of the store in "
              + folder.toAbsolutePath()
              + ": "
              + e.getMessage()
              + "; bring the folder back from a copy",
          e);
    }
  }

  /** Whether there are any files of RocksDB. */
  static boolean isStore(Path folder) throws IOException {
    Path tasks = folder.resolve("tasks");
    if (!Files.isDirectory(tasks)) {
      return false;
    }
    try (Stream<Path> all = Files.list(tasks)) {
      return all.map(file -> file.getFileName().toString())
          .anyMatch(name -> name.equals("CURRENT") || NUMBERED.matcher(name).matches());
    }
  }

  private void open() throws RocksDBException, IOException {
    NativeLibrary.load(tasks.getParent(), false);
    lookAtTables();
    disk = openWhole();
    if (disk == null) {
      disk = openLinked(tables);
    }
    if (sound.size() < tables.size()) {
      others = openLinked(sound);
    }
  }

  /** Null if that can't be, or not with all tables. */
  private Disk openWhole() {
    RocksDBException failure;
    try {
      return Disk.read(options(true), tasks);
    } catch (RocksDBException e) {
      failure = e;
    }
    try {
      return isTableLost ? null : Disk.read(options(false), tasks);
    } catch (RocksDBException e) {
      return null;
    } finally {
      if (!isAnythingTold) {
        told(failure);
      }
    }
  }

  private Disk openLinked(SortedMap<Long, Long> some) throws RocksDBException, IOException {
    Path folder = Files.createTempDirectory("errand-store");
    links.add(folder);
    TreeSet<Long> blobs = numbers("blob");
    for (long table : some.keySet()) {
      link(folder, name(table, "sst"));
    }
    for (long blob : blobs) {
      link(folder, name(blob, "blob"));
    }
    for (long log : numbers("log")) {
      link(folder, name(log, "log"));
    }
    Manifest.write(folder, some, blobs);
    return Disk.read(options(false), folder);
  }

  private void link(Path folder, String name) throws IOException {
    Files.createSymbolicLink(folder.resolve(name), tasks.resolve(name));
  }

  private void told(RocksDBException e) {
    isAnythingTold = true;
    problem.accept(shown(String.valueOf(e.getMessage())));
  }

  /** The message in one line, as it is of the store's own folder. */
  String shown(String message) {
    String line = message.replaceAll("\\s+", " ");
    for (Path folder : links) {
      line = line.replace(folder.toString(), tasks.toString());
    }
    return line;
  }

  private void lookAtTables() throws IOException {
    for (long number : numbers("sst")) {
      Path file = tasks.resolve(name(number, "sst"));
      try (Options options = new Options();
          SstFileReader table = new SstFileReader(options)) {
        table.open(file.toString());
        tables.put(number, Files.size(file));
        table.verifyChecksum();
        sound.put(number, Files.size(file));
      } catch (RocksDBException e) {
        isTableLost |= !tables.containsKey(number);
        told(e);
      }
    }
  }

  private TreeSet<Long> numbers(String kind) throws IOException {
    TreeSet<Long> numbers = new TreeSet<>();
    try (Stream<Path> all = Files.list(tasks)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        Matcher name = NUMBERED.matcher(file.getFileName().toString());
        if (name.matches() && name.group(2).equals(kind)) {
          numbers.add(Long.parseLong(name.group(1)));
        }
      }
    }
    return numbers;
  }

  private static String name(long number, String kind) {
    return String.format("%06d.%s", number, kind);
  }

  private Options options(boolean strict) {
    Options options =
        new Options()
            .setParanoidChecks(strict)
            .setWalRecoveryMode(
                strict
                    ? WALRecoveryMode.TolerateCorruptedTailRecords
                    : WALRecoveryMode.SkipAnyCorruptedRecords)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
    options.setLogger(new Dropped());
    return options;
  }

  /** What RocksDB leaves out of its log it says nowhere else. */
  private final class Dropped extends Logger {
    private static final Pattern LINE = Pattern.compile("(/\\S+\\.log: dropping \\d+ bytes;.*)");

    private Dropped() {
      super(InfoLogLevel.WARN_LEVEL);
    }

    @Override
    protected void log(InfoLogLevel level, String message) {
      Matcher line = LINE.matcher(message);
      if (line.find()) {
        isAnythingTold = true;
        problem.accept(shown(line.group(1)));
      }
    }
  }

  /** What can be read of all tables. */
  Disk disk() {
    return disk;
  }

  /** The same without the tables that are damaged; null: none is. */
  Disk others() {
    return others;
  }

  @Override
  public void close() {
    if (disk != null) {
      disk.close();
    }
    if (others != null) {
      others.close();
    }
    links.forEach(SavedDisk::remove);
  }

  private static void remove(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path each : all.toList()) {
        Files.delete(each);
      }
      Files.delete(folder);
    } catch (IOException e) {
      // Links among temporary files do no harm.
    }
  }
}
