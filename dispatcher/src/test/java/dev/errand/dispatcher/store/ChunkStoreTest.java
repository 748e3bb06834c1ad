package dev.errand.dispatcher.store;

import static dev.errand.dispatcher.core.EndedTasks.changes;
import static dev.errand.dispatcher.core.EndedTasks.retried;
import static dev.errand.dispatcher.core.EndedTasks.retry;
import static dev.errand.dispatcher.core.EndedTasks.urgent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.Kept;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.LineKey;
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
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** The store against a map of what it should hold, opened anew at any moment. */
class ChunkStoreTest {

  private static final byte[] SCHEMA = {'m', 's'};

  private static final long HOUR = Duration.ofHours(1).toMillis();

  @TempDir Path folder;

  private final TreeMap<Long, StoredTask> model = new TreeMap<>();
  private long now = 1_700_000_000_000L;
  private long lastId = 1_000;
  private long bytes = 1L << 30;
  private ChunkStore store;

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

  private void reopen() throws IOException {
    store.close();
    open();
  }

  /** Tasks of any shape, as a core would change them. */
  private final class Life {
    private final SplittableRandom random;

    private Life(long seed) {
      random = new SplittableRandom(seed);
    }

    private StoredTask submitted() {
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
    private StoredTask single() {
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

    private StoredTask next(StoredTask task) {
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

    private StoredTask with(StoredTask task, TaskState state, Tries tries) {
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
    private Changes turn() {
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

  private void compare() {
    model.forEach((id, task) -> assertThat(store.read(id)).isEqualTo(task));
    assertThat(store.read(lastId + 1)).isNull();
    for (int type = 0; type < 4; type++) {
      compareList(null, "t" + type, null);
      compareWaiting(new LineKey("t" + type, Map.of(), 4));
      compareWaiting(new LineKey("t" + type, Map.of("gpu", "a1"), 4));
    }
    for (TaskState state : TaskState.values()) {
      compareList(state, null, null);
      compareList(state, "t1", null);
      compareList(state, null, "b1");
    }
    compareList(null, null, "b2");
    compareList(null, "t2", "none");
    compareList(null, null, null);
  }

  /** In pages of seven. */
  private void compareList(TaskState state, String type, String batch) {
    List<StoredTask> wanted =
        model.descendingMap().values().stream()
            .filter(task -> state == null || task.state() == state)
            .filter(task -> type == null || task.spec().type().equals(type))
            .filter(
                task ->
                    batch == null
                        || task.spec().batch() != null && task.spec().batch().batch().equals(batch))
            .toList();
    List<StoredTask> listed = new ArrayList<>();
    long before = Long.MAX_VALUE;
    List<TaskStore.Listed> page = store.list(new TaskQuery(state, type, batch, before, 7));
    while (!page.isEmpty()) {
      page.forEach(each -> listed.add(each.task()));
      before = page.get(page.size() - 1).id();
      page = store.list(new TaskQuery(state, type, batch, before, 7));
    }
    assertThat(listed).isEqualTo(wanted);
  }

  /** Three at a time. */
  private void compareWaiting(LineKey line) {
    List<StoredTask> wanted =
        model.values().stream()
            .filter(StoredTask::isUntried)
            .filter(task -> LineKey.of(task.spec().type(), task.spec().terms()).equals(line))
            .toList();
    List<StoredTask> found = new ArrayList<>();
    List<StoredTask> next = store.waiting(line, 0, 3, Long.MAX_VALUE);
    while (!next.isEmpty()) {
      assertThat(next).hasSizeLessThanOrEqualTo(3);
      found.addAll(next);
      next = store.waiting(line, next.get(next.size() - 1).spec().id(), 3, Long.MAX_VALUE);
    }
    assertThat(found).isEqualTo(wanted);
  }

  private void compareRecovered() {
    Recovered recovered = store.recovered();
    List<StoredTask> told =
        model.values().stream()
            .filter(
                task ->
                    !task.state().terminal()
                        || task.spec().key() != null
                        || task.spec().batch() != null)
            .toList();
    assertThat(recovered.tasks()).extracting(Kept::task).containsExactlyElementsOf(told);
    assertThat(recovered.lastId()).isEqualTo(lastId);
    Ledger others = recovered.others();
    assertThat(others.submitted() + told.size()).isEqualTo(model.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whatWasWrittenIsThereWheneverItIsOpenedAnew(long seed) throws IOException {
    Life life = new Life(seed);
    for (int step = 0; step < 60; step++) {
      List<Changes> group = new ArrayList<>();
      for (int turns = life.random.nextInt(4); turns >= 0; turns--) {
        group.add(life.turn());
      }
      now += life.random.nextInt(1_000);
      store.write(group, now);
      if (life.random.nextInt(6) == 0) {
        compare();
        reopen();
        compareRecovered();
      }
    }
    compare();
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25, 26})
  void whatWasForgottenDoesNotComeBack(long seed) throws IOException {
    Life life = new Life(seed);
    for (int step = 0; step < 80; step++) {
      store.write(List.of(life.turn()), now);
      now += life.random.nextInt((int) HOUR);
      store.write(List.of(), now);
      long submitted = lastSubmitted();
      model.keySet().removeIf(id -> store.read(id) == null);
      store.forgotten();
      if (life.random.nextInt(6) == 0) {
        TreeMap<Long, StoredTask> before = new TreeMap<>(model);
        reopen();
        before.forEach((id, task) -> assertThat(store.read(id)).isEqualTo(task));
        assertThat(ids().filter(id -> store.read(id) != null).boxed())
            .containsExactlyElementsOf(before.keySet());
        assertThat(lastSubmitted()).isEqualTo(submitted);
      }
    }
    assertThat(lastSubmitted()).as("some were forgotten").isGreaterThan(model.size() + 50L);
  }

  private LongStream ids() {
    return LongStream.rangeClosed(1_000, lastId);
  }

  /** How many tasks there ever were, by the store's books. */
  private long lastSubmitted() {
    Recovered recovered = store.recovered();
    long told = StreamSupport.stream(recovered.tasks().spliterator(), false).count();
    return recovered.others().submitted() + told;
  }

  @Test
  void eachLifeHasAnEpochOfItsOwnAndTheSameId() throws IOException {
    long id = store.id();
    assertThat(store.epoch()).isEqualTo(1);
    reopen();
    reopen();
    assertThat(store.epoch()).isEqualTo(3);
    assertThat(store.id()).isEqualTo(id);
  }

  @Test
  void endedTasksAreForgottenAfterTheirRetentionAndStayCounted() throws IOException {
    Life life = new Life(7);
    List<StoredTask> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add(life.submitted());
    }
    store.write(List.of(changes(all.toArray(StoredTask[]::new))), now);
    StoredTask[] ends =
        all.stream()
            .map(task -> life.with(task, TaskState.SUCCEEDED, task.tries()))
            .toArray(StoredTask[]::new);
    store.write(List.of(changes(ends)), now);
    reopen();
    List<StoredTask> taken = store.forgotten();
    now += 2 * HOUR + 1;
    store.write(List.of(), now);
    assertThat(taken).as("another thread may read it by now").isEmpty();
    long kept = all.stream().filter(task -> store.read(task.spec().id()) != null).count();
    assertThat(kept).isZero();
    assertThat(store.forgotten())
        .allMatch(task -> task.spec().key() != null || task.spec().batch() != null)
        .isNotEmpty();
    reopen();
    assertThat(store.recovered().tasks()).isEmpty();
    assertThat(store.recovered().others().succeeded()).isEqualTo(500);
    assertThat(store.recovered().lastId()).isEqualTo(lastId);
  }

  @Test
  void aTaskThatWasTriedAgainIsKeptFromItsLastEnd() {
    Life life = new Life(8);
    StoredTask task = life.single();
    StoredTask first = life.with(task, TaskState.FAILED, task.tries());
    store.write(List.of(changes(task, first)), now);
    StoredTask again = life.with(first, TaskState.QUEUED, new Tries(2, 0, 0, 0));
    now += 4 * HOUR;
    StoredTask second = life.with(again, TaskState.FAILED, again.tries());
    store.write(List.of(changes(again), changes(second)), now);
    now += 2 * HOUR;
    store.write(List.of(), now);
    assertThat(store.read(task.spec().id())).isEqualTo(second);
    now += 3 * HOUR + 1;
    store.write(List.of(), now);
    assertThat(store.read(task.spec().id())).isNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTaskThatIsTriedAgainWhenItWasJustForgottenCountsOnce(boolean atOnce) throws IOException {
    Life life = new Life(14);
    StoredTask task = life.single();
    StoredTask end = life.with(task, TaskState.FAILED, task.tries());
    StoredTask other = life.single();
    store.write(List.of(changes(task, end, other)), now);
    StoredTask read = store.read(task.spec().id());
    now += 5 * HOUR + 1;
    if (!atOnce) {
      store.write(List.of(), now);
    }
    store.write(List.of(retry(read)), now);
    assertThat(store.read(task.spec().id())).isEqualTo(retried(end));
    for (int lives = 0; lives < 2; lives++) {
      assertThat(lastSubmitted()).isEqualTo(2);
      reopen();
      assertThat(store.read(task.spec().id())).isEqualTo(retried(end));
    }
    StoredTask again = life.with(retried(end), TaskState.SUCCEEDED, new Tries(2, 1, 0, 0));
    store.write(List.of(changes(again)), now);
    now += 2 * HOUR + 1;
    store.write(List.of(), now);
    reopen();
    assertThat(store.read(task.spec().id())).isNull();
    assertThat(lastSubmitted()).isEqualTo(2);
    assertThat(store.recovered().others().failed()).isZero();
  }

  @Test
  void noMoreIsReadOfALineThanThereIsRoomFor() {
    Life life = new Life(12);
    List<StoredTask> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      lastId++;
      TaskSpec spec =
          new TaskSpec(lastId, "t", Bytes.of("1".repeat(100)), Terms.NONE, null, null, now);
      all.add(
          new StoredTask(
              spec, TaskState.QUEUED, now, new Tries(1, 0, 0, 0), null, null, null, 0, null));
    }
    store.write(List.of(changes(all.toArray(StoredTask[]::new))), now);
    LineKey line = LineKey.of("t", Terms.NONE);
    assertThat(store.waiting(line, 0, 10, 250)).isEqualTo(all.subList(0, 3));
    assertThat(store.waiting(line, lastId - 1, 10, 1)).isEqualTo(all.subList(9, 10));
    store.write(List.of(changes(life.next(all.get(9)))), now);
    assertThat(store.waiting(line, lastId - 2, 10, 1_000)).isEqualTo(all.subList(8, 9));
  }

  @Test
  void manySmallChunksAreGathered() throws IOException {
    Life life = new Life(13);
    for (int i = 0; i < 5_000; i++) {
      StoredTask task = life.single();
      StoredTask end = life.with(task, TaskState.SUCCEEDED, task.tries());
      model.put(task.spec().id(), end);
      store.write(List.of(changes(task)), now);
      store.write(List.of(changes(end)), now);
      now++;
    }
    assertThat(store.chunks()).isLessThan(2_500);
    compare();
    reopen();
    assertThat(store.chunks()).isLessThan(2_500);
    compare();
    now += 2 * HOUR - 3_000;
    store.write(List.of(), now);
    long left = model.keySet().stream().filter(id -> store.read(id) != null).count();
    assertThat(left).as("each is kept for its own time").isBetween(2_500L, 3_500L);
    now += 5_000;
    for (int i = 0; i < 10; i++) {
      store.write(List.of(), now);
    }
    assertThat(model.keySet()).noneMatch(id -> store.read(id) != null);
    assertThat(store.chunks()).isZero();
  }

  @Test
  void theOldestEndedGoWhenTheyTakeTooMuch() throws IOException {
    bytes = 200_000;
    reopen();
    Life life = new Life(9);
    for (int i = 0; i < 2_000; i++) {
      StoredTask task = life.single();
      model.put(task.spec().id(), task);
      store.write(
          List.of(changes(task), changes(life.with(task, TaskState.SUCCEEDED, task.tries()))), now);
    }
    assertThat(store.bytes()).isLessThanOrEqualTo(bytes + 50_000);
    assertThat(store.read(model.firstKey())).isNull();
    assertThat(store.read(model.lastKey())).isNotNull();
  }

  @Test
  void fewThatWaitDoNotKeepAllThatCameWithThem() throws IOException {
    Life life = new Life(10);
    StoredTask stays = life.submitted();
    String large = "\"" + "x".repeat(1_000_000) + "\"";
    for (int i = 0; i < 200; i++) {
      StoredTask first = life.submitted();
      TaskSpec spec =
          new TaskSpec(first.spec().id(), "large", Bytes.of(large), Terms.NONE, null, null, now);
      StoredTask big =
          new StoredTask(spec, TaskState.QUEUED, now, first.tries(), null, null, null, 0, null);
      StoredTask small = life.submitted();
      StoredTask alike = life.submitted();
      StoredTask more = life.submitted();
      store.write(List.of(changes(big, small, alike, more)), now);
      List.of(big, alike, more)
          .forEach(
              task ->
                  store.write(
                      List.of(changes(life.with(task, TaskState.SUCCEEDED, task.tries()))), now));
      model.put(small.spec().id(), small);
      now += 3 * HOUR;
    }
    store.write(List.of(changes(stays)), now);
    assertThat(store.bytes()).isLessThan(100L << 20);
    model.values().forEach(task -> assertThat(store.read(task.spec().id())).isEqualTo(task));
    reopen();
    model.values().forEach(task -> assertThat(store.read(task.spec().id())).isEqualTo(task));
  }

  @Test
  void aSecondOneIsToldWhoHoldsTheFolder() {
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is held by process " + ProcessHandle.current().pid());
  }

  /** Some tasks, so that there is something in each kind of file. */
  private void fill() throws IOException {
    Life life = new Life(11);
    for (int i = 0; i < 200; i++) {
      store.write(List.of(life.turn()), now);
    }
    reopen();
    for (int i = 0; i < 20; i++) {
      store.write(List.of(life.turn()), now);
    }
  }

  private List<Path> files(String pattern) throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("store/tasks"))) {
      return all.filter(file -> file.getFileName().toString().matches(pattern))
          .filter(file -> file.toFile().length() > 0)
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

  @ParameterizedTest
  @ValueSource(strings = {".*\\.log", ".*\\.sst", ".*\\.blob", "MANIFEST.*", "CURRENT"})
  void aBitThatFlippedRefusesTheStartAndNamesTheFolder(String pattern) throws IOException {
    fill();
    store.close();
    List<Path> files = files(pattern);
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      long at = file.toFile().length() / 2;
      flip(file, at);
      assertThatThrownBy(this::open)
          .as(file.getFileName().toString())
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("./errand store check " + folder.resolve("store"));
      flip(file, at);
    }
    open();
    compare();
  }

  /** As a process leaves it that is killed while it writes. */
  @Test
  void aTornTailOfTheLogIsCutOff() throws IOException {
    fill();
    crash();
    truncate(files(".*\\.log").get(0), 3);
    open();
    long missing = model.keySet().stream().filter(id -> store.read(id) == null).count();
    assertThat(missing).isLessThan(40);
  }

  /**
   * As a loss of power leaves it: beyond what was forced, pages are there, or zero, or in shreds.
   */
  @ParameterizedTest
  @ValueSource(longs = {31, 32, 33, 34})
  void whatWasNeverForcedMayBeLeftInAnyShape(long seed) throws IOException {
    Life life = new Life(seed);
    for (int round = 0; round < 8; round++) {
      StoredTask[] promised = tasks(life, 1 + life.random.nextInt(200));
      store.write(List.of(urgent(promised)), now);
      Path log = newestLog();
      long forced = Files.size(log);
      for (int i = life.random.nextInt(40); i >= 0; i--) {
        store.write(List.of(changes(tasks(life, 1 + life.random.nextInt(100)))), now);
      }
      for (StoredTask each : promised) {
        model.put(each.spec().id(), each);
      }
      assertThat(newestLog()).isEqualTo(log);
      losePower(log, forced, life.random);
      model.forEach((id, task) -> assertThat(store.read(id)).isEqualTo(task));
    }
  }

  private static StoredTask[] tasks(Life life, int count) {
    return Stream.generate(life::single).limit(count).toArray(StoredTask[]::new);
  }

  private Path newestLog() throws IOException {
    return files("\\d+\\.log").stream().max(Comparator.naturalOrder()).orElseThrow();
  }

  private void losePower(Path log, long forced, SplittableRandom random) throws IOException {
    crash();
    tear(log, forced, random);
    open();
  }

  /** The folder is as it is now, and nobody has it open. */
  private void crash() throws IOException {
    Path left = folder.resolve("left");
    Path live = folder.resolve("store");
    Map<String, Long> before;
    do {
      // What RocksDB does in the background must not come in between.
      before = sizes(live);
    } while (!copied(live, left) || !sizes(live).equals(before));
    store.close();
    copy(left, folder.resolve("store"));
  }

  private static void tear(Path file, long from, SplittableRandom random) throws IOException {
    byte[] all = Files.readAllBytes(file);
    for (int page = (int) from; page < all.length; page += 4_096 - page % 4_096) {
      int end = Math.min(all.length, page + 4_096 - page % 4_096);
      int luck = random.nextInt(4);
      if (luck == 0) {
        Arrays.fill(all, page, end, (byte) 0);
      } else if (luck == 1) {
        all[page + random.nextInt(end - page)] ^= 4;
      }
    }
    int length = random.nextInt(3) > 0 ? all.length : random.nextInt((int) from, all.length + 1);
    Files.write(file, Arrays.copyOf(all, random.nextInt(5) > 0 ? length : all.length + 5_000));
  }

  /** Whatever was forced is missed, and what is behind is left for people. */
  @ParameterizedTest
  @ValueSource(longs = {41, 42, 43, 44})
  void whatWasForcedIsNotCutOffWithTheRest(long seed) throws IOException {
    Life life = new Life(seed);
    Path log = newestLog();
    long start = Files.size(log);
    store.write(List.of(urgent(tasks(life, 1 + life.random.nextInt(500)))), now);
    long forced = Files.size(log);
    store.write(List.of(changes(tasks(life, 1 + life.random.nextInt(500)))), now);
    crash();
    Files.deleteIfExists(folder.resolve("store/mark"));
    long at = life.random.nextLong(start, forced);
    flip(log, at);
    byte[] before = Files.readAllBytes(log);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(log + " can't be read behind " + start + " bytes");
    assertThat(Files.readAllBytes(log)).isEqualTo(before);
    flip(log, at);
    open();
  }

  @Test
  void onlyTheNewestLogHasWhatMayBeLost() throws IOException {
    Life life = new Life(47);
    Bytes large = Bytes.of("\"" + "x".repeat(4_000_000) + "\"");
    Path first = newestLog();
    while (newestLog().equals(first)) {
      StoredTask small = life.single();
      TaskSpec spec = new TaskSpec(small.spec().id(), "large", large, Terms.NONE, null, null, now);
      StoredTask task =
          new StoredTask(spec, TaskState.QUEUED, now, small.tries(), null, null, null, 0, null);
      store.write(List.of(changes(task)), now);
      model.put(lastId, task);
    }
    Awaitility.await().until(() -> files(".*\\.log").size() == 1);
    Path log = newestLog();
    long forced = Files.size(log);
    store.write(List.of(changes(tasks(life, 100))), now);
    losePower(log, forced, life.random);
    model.forEach((id, task) -> assertThat(store.read(id)).isEqualTo(task));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aMarkThatIsDamagedRefusesTheStart(int at) throws IOException {
    fill();
    store.close();
    Path mark = folder.resolve("store/mark");
    for (int bit = 0; bit < 8; bit++) {
      byte[] text = Files.readAllBytes(mark);
      text[at] ^= (byte) (1 << bit);
      Files.write(mark, text);
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("what is in " + mark + " can't be read");
      text[at] ^= (byte) (1 << bit);
      Files.write(mark, text);
    }
    open();
  }

  private static Map<String, Long> sizes(Path folder) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.forEach(file -> sizes.put(file.toString(), file.toFile().length()));
    } catch (UncheckedIOException e) {
      // A file is gone meanwhile: no other look will be like this one.
      sizes.put("gone", System.nanoTime());
    }
    return sizes;
  }

  private static boolean copied(Path from, Path to) throws IOException {
    try {
      copy(from, to);
      return true;
    } catch (NoSuchFileException | UncheckedIOException e) {
      return false;
    }
  }

  private static void copy(Path from, Path to) throws IOException {
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

  private static void truncate(Path file, long by) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - by);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {".*\\.log", "MANIFEST.*"})
  void aFileThatIsCutOffRefusesTheStart(String pattern) throws IOException {
    fill();
    store.close();
    Path file = files(pattern).get(0);
    truncate(file, file.toFile().length() / 2);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(folder.resolve("store").toString());
    copy(folder.resolve("empty"), folder.resolve("store"));
    open();
  }

  @Test
  void aLogThatIsGoneRefusesTheStart() throws IOException {
    fill();
    store.close();
    for (Path log : files(".*\\.log")) {
      Files.delete(log);
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("files of it are missing or cut off");
    copy(folder.resolve("empty"), folder.resolve("store"));
    open();
  }

  @Test
  void filesThatGoWhileItRunsEndIt() throws IOException {
    fill();
    copy(folder.resolve("empty"), folder.resolve("store"));
    now += 2_000;
    assertThatThrownBy(() -> store.write(List.of(), now))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("its files are gone");
    assertThatThrownBy(store::close).hasMessageContaining("its files are gone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"held-by", "tasks/LOCK"})
  void aLockThatWasDeletedOrReplacedEndsIt(String name) throws IOException {
    Path lock = folder.resolve("store").resolve(name);
    for (boolean replaced : new boolean[] {false, true}) {
      Files.delete(lock);
      if (replaced) {
        Files.createFile(lock);
      }
      now += 2_000;
      assertThatThrownBy(() -> store.write(List.of(), now))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(
              "store failed: " + lock + ", which keeps other dispatchers away, was");
      assertThatThrownBy(store::close).hasMessageContaining("was deleted or replaced");
      open();
    }
  }

  private void schema(int version) throws RocksDBException {
    try (Options options = new Options();
        RocksDB db = RocksDB.open(options, folder.resolve("store/tasks").toString())) {
      db.put(SCHEMA, new byte[] {0, 0, 0, (byte) version});
    }
  }

  @Test
  void aFolderOfAnotherVersionIsRefused() throws Exception {
    store.close();
    schema(99);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("was written by a newer Errand (schema 99");
    schema(1);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("was written by an Errand that was never released (schema 1");
  }

  @Test
  void aFolderOfAnOlderVersionIsReadAndIsOfThisOneThen() throws Exception {
    fill();
    store.close();
    schema(2);
    open();
    assertThat(store.recovered().tasks()).isNotEmpty();
    store.close();
    try (Options options = new Options();
        RocksDB db = RocksDB.open(options, folder.resolve("store/tasks").toString())) {
      assertThat(db.get(SCHEMA)).containsExactly(0, 0, 0, Notes.SCHEMA);
    }
    open();
  }

  @Test
  void aFolderThatCannotBeMadeIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    refused(file.resolve("store"), file.resolve("store") + ": Not a directory");
    refused(file, file + " is no folder");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere"));
    refused(link, link + " is a link to nothing");
    refused(Path.of("/proc/1/x"), "/proc/1/x is not there");
  }

  private static void refused(Path path, String why) {
    StoreSettings settings =
        new StoreSettings(StoreSettings.Kind.DISK, path, Duration.ZERO, Duration.ZERO, 1);
    assertThatThrownBy(() -> ChunkStore.open(settings))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "the store's folder "
                + path
                + " can't be made or written to ("
                + why
                + "): set store.path to one that can");
  }

  /** Root may write anywhere: for it there is a test with a disk that is read-only. */
  @Test
  void aFolderThatCannotBeWrittenToIsRefused() throws IOException {
    store.close();
    Path tasks = folder.resolve("store/tasks");
    Files.setPosixFilePermissions(tasks, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(tasks));
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("set store.path to one that can");
    } finally {
      Files.setPosixFilePermissions(tasks, PosixFilePermissions.fromString("rwxr-xr-x"));
      open();
    }
  }
}
