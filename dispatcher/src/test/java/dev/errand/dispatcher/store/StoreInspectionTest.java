package dev.errand.dispatcher.store;

import static dev.errand.dispatcher.core.EndedTasks.changes;
import static dev.errand.dispatcher.core.EndedTasks.ended;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/** What can be read of a store without a dispatcher, whole and damaged. */
class StoreInspectionTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final int LIVES = 3;
  private static final int TURNS = 60;
  private static final int TASKS_IN_TURN = 5;

  private static final int FLIPS = 40;

  /** Beyond that a value is not in a table, but in a blob file. */
  private static final int LARGE = 4_000;

  @TempDir Path folder;

  private final TreeMap<Long, StoredTask> last = new TreeMap<>();
  private final Map<Long, List<StoredTask>> records = new TreeMap<>();
  private final List<Set<Long>> writes = new ArrayList<>();
  private long lastId = 1_000;

  private ChunkStore open() {
    return ChunkStore.open(
        new StoreSettings(
            StoreSettings.Kind.DISK, folder, Duration.ofDays(1), Duration.ofDays(1), 1L << 30));
  }

  /** Something in each kind of file. */
  private void fill() {
    for (int life = 0; life < LIVES; life++) {
      try (ChunkStore store = open()) {
        for (int turn = 0; turn < TURNS; turn++) {
          write(store, submitted());
          write(store, ends());
        }
      }
    }
  }

  private void write(ChunkStore store, List<StoredTask> tasks) {
    store.write(List.of(changes(tasks.toArray(StoredTask[]::new))), NOW);
    writes.add(tasks.stream().map(task -> task.spec().id()).collect(Collectors.toSet()));
    for (StoredTask task : tasks) {
      last.put(task.spec().id(), task);
      records.computeIfAbsent(task.spec().id(), any -> new ArrayList<>()).add(task);
    }
  }

  private List<StoredTask> submitted() {
    List<StoredTask> all = new ArrayList<>();
    for (int i = 0; i < TASKS_IN_TURN; i++) {
      lastId++;
      boolean large = lastId % 20 == 0;
      TaskSpec spec =
          new TaskSpec(
              lastId,
              "type-" + i,
              Bytes.of("\"" + "x".repeat(large ? LARGE : 20) + "\""),
              Terms.NONE,
              i == 1 ? "key-" + lastId : null,
              i == 2 ? new BatchPlace("batch", lastId) : null,
              NOW);
      Tries none = new Tries(1, 0, 0, 0);
      all.add(new StoredTask(spec, TaskState.QUEUED, NOW, none, null, null, null, 0, null));
    }
    return all;
  }

  /** Half of the last turn's. */
  private List<StoredTask> ends() {
    List<StoredTask> all = new ArrayList<>();
    for (long id = lastId - TASKS_IN_TURN / 2; id <= lastId; id++) {
      Bytes result = Bytes.of("\"" + "y".repeat(id % 15 == 0 ? LARGE : 20) + "\"");
      all.add(ended(last.get(id).spec(), TaskState.SUCCEEDED, result, null, NOW));
    }
    return all;
  }

  private record Read(List<SavedTask> tasks, List<String> problems) {
    private List<StoredTask> complete() {
      return tasks.stream().filter(SavedTask::complete).map(SavedTask::task).toList();
    }
  }

  private Read read() {
    try (StoreInspection store = StoreInspection.open(folder)) {
      List<SavedTask> tasks = new ArrayList<>();
      store.read(tasks::add, (chunks, of) -> {});
      assertThat(tasks).hasSize(store.tasks());
      return new Read(tasks, List.copyOf(store.problems()));
    }
  }

  private Map<Path, String> files() throws IOException {
    Map<Path, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        files.put(
            file, Files.getLastModifiedTime(file) + Bytes.of(Files.readAllBytes(file)).text());
      }
    }
    return files;
  }

  private List<Path> files(String pattern) throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("tasks"))) {
      return all.filter(file -> file.getFileName().toString().matches(pattern))
          .filter(file -> file.toFile().length() > 0)
          .sorted()
          .toList();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
      raf.seek(at);
      int before = raf.read();
      raf.seek(at);
      raf.write(before ^ 0x10);
    }
  }

  @Test
  void allTasksAreReadAndNothingIsChanged() throws IOException {
    fill();
    Map<Path, String> before = files();
    Read read = read();
    assertThat(read.problems()).isEmpty();
    assertThat(read.complete()).containsExactlyElementsOf(last.values());
    assertThat(files()).isEqualTo(before);
    try (StoreInspection store = StoreInspection.open(folder)) {
      assertThat(store.epoch()).isEqualTo(LIVES);
      assertThat(store.schema()).isEqualTo(3);
    }
    try (ChunkStore store = open()) {
      assertThat(store.epoch()).isEqualTo(LIVES + 1);
    }
  }

  /** Names of files have the digits that RocksDB writes. */
  @Test
  void itIsReadWhereOtherDigitsAreUsed() {
    fill();
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(read().problems()).isEmpty();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void anEmptyStoreHasNoTasks() {
    open().close();
    Read read = read();
    assertThat(read.problems()).isEmpty();
    assertThat(read.tasks()).isEmpty();
  }

  @Test
  void whatWasForgottenIsNotShown() {
    fill();
    try (ChunkStore store = open()) {
      store.write(List.of(), NOW + Duration.ofDays(2).toMillis());
      last.values().removeIf(task -> store.read(task.spec().id()) == null);
    }
    assertThat(last).hasSizeLessThan(LIVES * TURNS * TASKS_IN_TURN);
    Read read = read();
    assertThat(read.problems()).isEmpty();
    assertThat(read.complete()).containsExactlyElementsOf(last.values());
  }

  /** How much of each file is lost with a bit, as RocksDB keeps them. */
  @ParameterizedTest
  @CsvSource({
    "MANIFEST.*, 0",
    "CURRENT, 0",
    // What was written with one chunk.
    ".*\\.blob, 0.01",
    // A block of 4 KiB.
    ".*\\.sst, 0.3",
    // What was written at once.
    ".*\\.log, 0.01",
  })
  void aBitThatFlippedIsNamedAndAllElseIsRead(String pattern, double mostLost) throws IOException {
    fill();
    List<Path> files = files(pattern);
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      long at = file.toFile().length() / 2;
      flip(file, at);
      Map<Path, String> before = files();
      Read read = read();
      assertThat(files()).isEqualTo(before);
      assertThat(read.problems()).as(file.getFileName().toString()).isNotEmpty();
      assertThat(read.complete())
          .allMatch(task -> records.get(task.spec().id()).contains(task))
          .filteredOn(task -> last.get(task.spec().id()).equals(task))
          .as(file.getFileName() + ": " + read.problems())
          .hasSizeGreaterThanOrEqualTo((int) (last.size() * (1 - mostLost)));
      flip(file, at);
    }
    assertThat(read().problems()).isEmpty();
  }

  /** Also in logs with records next to each other that lie in several blocks. */
  @ParameterizedTest
  @ValueSource(strings = {".*\\.log", ".*\\.blob", "MANIFEST.*"})
  void aBitThatFlippedAnywhereCostsOneWriteAtMost(String pattern) throws IOException {
    fill();
    try (ChunkStore store = open()) {
      write(store, submitted());
      for (int turn = 0; turn < TURNS / 4; turn++) {
        List<StoredTask> many = new ArrayList<>();
        for (int i = 0; i < 40 + 400 * (turn % 2); i++) {
          many.addAll(submitted());
        }
        write(store, many);
      }
    }
    List<Path> files = files(pattern);
    Path file = files.get(files.size() - 1);
    long size = file.toFile().length();
    for (int part = 1; part < FLIPS; part++) {
      long at = size * part / FLIPS;
      flip(file, at);
      Map<Path, String> before = files();
      Read read = read();
      assertThat(files()).isEqualTo(before);
      Set<Long> lost = new TreeSet<>(last.keySet());
      read.complete().stream()
          .filter(task -> last.get(task.spec().id()).equals(task))
          .forEach(task -> lost.remove(task.spec().id()));
      assertThat(writes)
          .as(file + " at " + at + ": " + read.problems())
          .anyMatch(write -> write.containsAll(lost));
      assertThat(lost.isEmpty() || !read.problems().isEmpty()).isTrue();
      if (pattern.endsWith("log")) {
        assertThat(read.problems().toString()).contains(file + " can't be read behind ");
      }
      flip(file, at);
    }
    assertThat(read().problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {".*\\.sst", ".*\\.blob", "MANIFEST.*"})
  void aFileThatIsDamagedAtItsEndsLeavesTheOthers(String pattern) throws IOException {
    fill();
    for (Path file : files(pattern)) {
      for (long at : new long[] {5, file.toFile().length() - 20}) {
        flip(file, at);
        Read read = read();
        assertThat(read.problems()).as(file.getFileName() + " at " + at).isNotEmpty();
        assertThat(read.complete()).hasSizeGreaterThanOrEqualTo(last.size() / LIVES);
        flip(file, at);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {".*\\.log", "MANIFEST.*", ".*\\.sst", ".*\\.blob"})
  void aFileThatIsCutOffOrGoneIsNoticed(String pattern) throws IOException {
    fill();
    Path file = files(pattern).get(0);
    try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
      raf.setLength(raf.length() / 2);
    }
    Read cut = read();
    assertThat(cut.problems()).isNotEmpty();
    assertThat(cut.complete()).isNotEmpty();
    Files.delete(file);
    Read gone = read();
    assertThat(gone.problems()).isNotEmpty();
    assertThat(gone.complete()).isNotEmpty();
  }

  @Test
  void aStoreWithoutAnyFilesIsNotTakenForNone() throws IOException {
    fill();
    for (Path file : files(".*")) {
      Files.delete(file);
    }
    assertThatThrownBy(() -> StoreInspection.open(folder))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("are missing: bring the folder back from a copy");
  }

  @Test
  void aTaskWhosePayloadIsLostIsShownWithTheRest() throws IOException {
    fill();
    Path blobs = files(".*\\.blob").get(0);
    flip(blobs, blobs.toFile().length() / 2);
    List<SavedTask> incomplete =
        read().tasks().stream().filter(saved -> !saved.complete()).toList();
    assertThat(incomplete).isNotEmpty().hasSizeLessThan(2 * TASKS_IN_TURN);
    for (SavedTask saved : incomplete) {
      StoredTask was = last.get(saved.task().spec().id());
      assertThat(saved.task().state()).isEqualTo(was.state());
      assertThat(saved.task().spec().type()).isEqualTo(was.spec().type());
    }
  }

  @Test
  void aFolderWithoutAStoreIsNoStore() throws IOException {
    assertThatThrownBy(() -> StoreInspection.open(folder.resolve("nothing")))
        .isInstanceOf(NoStoreException.class)
        .hasMessageContaining("there is no store in " + folder.resolve("nothing"));
    Files.createDirectories(folder.resolve("tasks"));
    assertThatThrownBy(() -> StoreInspection.open(folder)).isInstanceOf(NoStoreException.class);
  }

  @Test
  void aNewerOnesStoreIsNotRead() throws Exception {
    open().close();
    try (Options options = new Options();
        RocksDB db = RocksDB.open(options, folder.resolve("tasks").toString())) {
      db.put(new byte[] {'m', 's'}, new byte[] {0, 0, 0, 99});
    }
    assertThatThrownBy(() -> StoreInspection.open(folder))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("was written by a newer Errand (schema 99");
  }
}
