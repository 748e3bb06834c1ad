package dev.errand.dispatcher.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.WALRecoveryMode;

/**
 * A store's folder opened for reading, whatever of it is damaged: as a dispatcher would; else, in a
 * folder of links below the JVM's for temporary files, with what is left of logs that are damaged,
 * and with a list of the files that is made anew if RocksDB's or a whole table is lost. A table
 * that is damaged in one place hides what others have of keys that would be there, so these are
 * opened once more without it. Nothing in the store's folder changes. Owner: the thread that opened
 * it.
 */
final class SavedDisk implements AutoCloseable {

  private static final Pattern NUMBERED = Pattern.compile("(\\d+)\\.(sst|blob|log)");
  private static final Pattern LIST = Pattern.compile("CURRENT|MANIFEST-\\d+");

  private final Path tasks;
  private final Consumer<String> problem;
  private final SortedMap<Long, Long> tables = new TreeMap<>();
  private final SortedMap<Long, Long> sound = new TreeMap<>();
  private final SortedSet<Long> damagedLogs = new TreeSet<>();
  private final List<Path> links = new ArrayList<>();
  private boolean areAllFiles = true;
  private boolean isTableLost;
  private boolean isTableTold;
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
  static SavedDisk open(Path folder, Consumer<String> problem) throws IOException {
    SavedDisk saved = new SavedDisk(folder.toAbsolutePath().resolve(Disk.TASKS), problem);
    try {
      saved.open();
      return saved;
    } catch (IOException | RuntimeException e) {
      saved.close();
      throw e;
    } catch (RocksDBException e) {
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
    Path tasks = folder.resolve(Disk.TASKS);
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
    lookWhatIsNoFile();
    lookAtTables();
    lookAtLogs();
    try {
      disk = openWhole();
      if (disk == null) {
        disk = openListed(tables);
      }
      if (sound.size() < tables.size()) {
        others = openListed(sound);
      }
    } catch (IOException e) {
      throw noRoomToSave(e);
    }
  }

  /** All that was to be read in the store's folder could be. */
  private StoreException noRoomToSave(IOException e) {
    return new StoreException(
        "what is left of the store in "
            + tasks.getParent()
            + " needs a folder among the temporary files ("
            + StoreException.why(e)
            + "): make room there, or name another place by"
            + " JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=FOLDER",
        e);
  }

  /** With RocksDB's list of the files; null if that can't be, or not with all tables. */
  private Disk openWhole() throws IOException {
    Path folder = areAllFiles && damagedLogs.isEmpty() ? tasks : linked(tables.keySet());
    if (!folder.equals(tasks)) {
      for (String name : names(LIST)) {
        link(folder, name);
      }
    }
    RocksDBException failure;
    try {
      return Disk.read(options(true), folder);
    } catch (RocksDBException e) {
      failure = e;
    }
    if (!isTableTold) {
      told(failure);
    }
    try {
      return isTableLost ? null : Disk.read(options(false), folder);
    } catch (RocksDBException e) {
      return null;
    }
  }

  /** With a list of these tables that is made anew. */
  private Disk openListed(SortedMap<Long, Long> some) throws RocksDBException, IOException {
    Path folder = linked(some.keySet());
    temporary(folder.resolve(Manifest.NAME));
    temporary(folder.resolve(Manifest.CURRENT));
    Manifest.write(folder, some, numbers("blob"));
    return Disk.read(options(false), folder);
  }

  /** A folder with these tables, all blob files and logs, and no list. */
  private Path linked(Set<Long> some) throws IOException {
    Path folder = temporary(Files.createTempDirectory("errand-store"));
    links.add(folder);
    for (long table : some) {
      link(folder, name(table, "sst"));
    }
    for (long blob : numbers("blob")) {
      link(folder, name(blob, "blob"));
    }
    for (long log : numbers("log")) {
      String name = name(log, "log");
      if (damagedLogs.contains(log)) {
        LogRest.copy(tasks.resolve(name), temporary(folder.resolve(name)));
      } else {
        link(folder, name);
      }
    }
    return folder;
  }

  private void link(Path folder, String name) throws IOException {
    Files.createSymbolicLink(temporary(folder.resolve(name)), tasks.resolve(name));
  }

  /** It goes with the process, also with one that is told to end before it is done. */
  private static Path temporary(Path file) {
    file.toFile().deleteOnExit();
    return file;
  }

  private void told(RocksDBException e) {
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

  private void lookWhatIsNoFile() throws IOException {
    for (NoFile found : NoFile.in(tasks.getParent())) {
      problem.accept(found.problem());
      areAllFiles &= !found.file().startsWith(tasks);
      if (found.file().toString().endsWith(".sst")) {
        isTableLost = true;
        isTableTold = true;
      }
    }
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
        isTableTold = true;
        told(e);
      }
    }
  }

  private void lookAtLogs() throws IOException {
    for (long number : numbers("log")) {
      Path file = tasks.resolve(name(number, "log"));
      long front = LogRest.damage(file);
      if (front != LogRest.WHOLE) {
        damagedLogs.add(number);
        problem.accept(file + " can't be read behind " + front + " bytes: tasks may be missing");
      }
    }
  }

  private TreeSet<Long> numbers(String kind) throws IOException {
    TreeSet<Long> numbers = new TreeSet<>();
    for (String each : names(NUMBERED)) {
      if (each.endsWith("." + kind)) {
        numbers.add(Long.parseLong(each.substring(0, each.indexOf('.'))));
      }
    }
    return numbers;
  }

  private List<String> names(Pattern pattern) throws IOException {
    try (Stream<Path> all = Files.list(tasks)) {
      return all.filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> pattern.matcher(name).matches())
          .toList();
    }
  }

  private static String name(long number, String kind) {
    return String.format(Locale.ROOT, "%06d.%s", number, kind);
  }

  private static Options options(boolean strict) {
    return new Options()
        .setParanoidChecks(strict)
        .setWalRecoveryMode(
            strict
                ? WALRecoveryMode.TolerateCorruptedTailRecords
                : WALRecoveryMode.SkipAnyCorruptedRecords)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
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
  }
}
