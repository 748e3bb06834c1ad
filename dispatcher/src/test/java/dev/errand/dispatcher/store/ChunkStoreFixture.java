package dev.errand.dispatcher.store;

import static dev.errand.dispatcher.core.EndedTasks.changes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.dispatcher.core.Tries;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store on the disk, a map of what it should hold, and tasks of any shape to fill both with. */
abstract class ChunkStoreFixture {

  static final long HOUR = Duration.ofHours(1).toMillis();

  @TempDir Path folder;

  final TreeMap<Long, StoredTask> model = new TreeMap<>();
  long now = 1_700_000_000_000L;
  long lastId = 1_000;
  long bytes = 1L << 30;
  ChunkStore store;

  @BeforeEach
  void open() throws IOException {
    Files.createDirectories(folder.resolve("empty"));
    store =
        ChunkStore.open(
            new StoreSettings(
                StoreSettings.Kind.DISK,
                folder.resolve("store"),
                Duration.ofHours(2),
                Duration.ofHours(5),
                bytes));
  }

  @AfterEach
  void close() {
    store.close();
  }

  void reopen() throws IOException {
    store.close();
    open();
  }

  /** Tasks of any shape, as a core would change them. */
  final class Life {

    final SplittableRandom random;

    Life(long seed) {
      random = new SplittableRandom(seed);
    }

    StoredTask submitted() {
      lastId += 1 + random.nextInt(3);
      Terms terms = random.nextInt(3) > 0 ? Terms.NONE : terms();
      String key = random.nextInt(10) == 0 ? "key-" + lastId : null;
      BatchPlace batch =
          random.nextInt(10) == 0 ? new BatchPlace("b" + random.nextInt(5), lastId) : null;
      TaskSpec spec =
          new TaskSpec(lastId, "t" + random.nextInt(3), payload(), terms, key, batch, now);
      return new StoredTask(
          spec, TaskState.QUEUED, now, new Tries(1, 0, 0, 0), null, null, null, 0, null);
    }

    /** One without a batch. */
    StoredTask single() {
      StoredTask task = submitted();
      while (task.spec().batch() != null) {
        task = submitted();
      }
      return task;
    }

    private Terms terms() {
      return Terms.NONE
          .withPriority(random.nextInt(10))
          .withMaxAttempts(1 + random.nextInt(5))
          .withTimeout(Duration.ofMillis(1 + random.nextInt(100_000)))
          .withRequire(random.nextBoolean() ? Map.of() : Map.of("gpu", "a" + random.nextInt(2)));
    }

    private Bytes payload() {
      return Bytes.of("1".repeat(1 + random.nextInt(random.nextInt(20) == 0 ? 5_000 : 30)));
    }

    StoredTask next(StoredTask task) {
      Tries tries = task.tries();
      if (task.state().terminal()) {
        return with(task, TaskState.QUEUED, new Tries(tries.generation() + 1, 0, 0, 0));
      }
      return switch (random.nextInt(4)) {
        case 0 -> with(task, TaskState.SCHEDULED, tries);
        case 1 -> with(task, TaskState.SUCCEEDED, tries);
        case 2 -> with(task, random.nextBoolean() ? TaskState.FAILED : TaskState.CANCELLED, tries);
        default ->
            with(
                task,
                TaskState.RUNNING,
                new Tries(tries.generation(), tries.attempts() + 1, tries.failures(), 2));
      };
    }

    StoredTask with(StoredTask task, TaskState state, Tries tries) {
      StoredTask.LastLease lease =
          random.nextInt(3) == 0
              ? task.lease()
              : new StoredTask.LastLease(
                  random.nextLong(1L << 62),
                  random.nextLong(),
                  random.nextInt(5) == 0 ? null : "worker-" + random.nextInt(3),
                  now,
                  random.nextInt(1_000_000),
                  random.nextBoolean());
      HistoryEntry entry =
          new HistoryEntry(
              HistoryEntry.Event.values()[random.nextInt(8)],
              tries.attempts(),
              random.nextBoolean() ? null : "worker-1",
              now,
              now + 5,
              "because " + random.nextInt(100),
              null,
              1);
      boolean success = state == TaskState.SUCCEEDED;
      return new StoredTask(
          task.spec(),
          state,
          task.opened(),
          tries,
          lease,
          success ? payload() : null,
          success || random.nextBoolean()
              ? null
              : new TaskError(ErrorKind.values()[random.nextInt(8)], "no", "at all"),
          state.terminal() || state == TaskState.SCHEDULED ? now : 0,
          random.nextInt(3) == 0 ? task.history() : entry.behind(task.history()));
    }

    /** Some that are new, and some that go on. */
    Changes turn() {
      List<StoredTask> all = new ArrayList<>();
      for (int i = random.nextInt(20); i > 0; i--) {
        all.add(submitted());
      }
      List<Long> ids = List.copyOf(model.keySet());
      for (int i = random.nextInt(20); i > 0 && !ids.isEmpty(); i--) {
        all.add(next(latest(all, ids.get(random.nextInt(ids.size())))));
      }
      all.forEach(task -> model.put(task.spec().id(), task));
      return changes(all.toArray(StoredTask[]::new));
    }

    private StoredTask latest(List<StoredTask> turn, long id) {
      return turn.stream()
          .filter(task -> task.spec().id() == id)
          .reduce((first, second) -> second)
          .orElse(model.get(id));
    }
  }

  /** Some tasks, so that there is something in each kind of file. */
  void fill() throws IOException {
    Life life = new Life(11);
    for (int i = 0; i < 200; i++) {
      store.write(List.of(life.turn()), now);
    }
    reopen();
    for (int i = 0; i < 20; i++) {
      store.write(List.of(life.turn()), now);
    }
  }

  /** Each task is as it was written last. */
  void assertAllIsThere() {
    model.forEach((id, task) -> assertThat(store.read(id)).isEqualTo(task));
  }

  List<Path> files(String pattern) throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("store/tasks"))) {
      return all.filter(file -> file.getFileName().toString().matches(pattern))
          .filter(file -> file.toFile().length() > 0)
          .toList();
    }
  }

  static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
      raf.seek(at);
      int before = raf.read();
      raf.seek(at);
      raf.write(before ^ 0x10);
    }
  }

  static void truncate(Path file, long by) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - by);
    }
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(to)) {
      all.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (NoSuchFileException e) {
      // It is new.
    }
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each)));
      }
    }
  }
}
