package dev.errand.dispatcher.store;

import static dev.errand.dispatcher.core.EndedTasks.changes;
import static dev.errand.dispatcher.core.EndedTasks.urgent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.dispatcher.Await;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TaskSpec;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process that is killed, or a loss of power, may leave behind. */
class PowerLossTest extends ChunkStoreFixture {

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
      assertAllIsThere();
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
    Await.until(() -> files(".*\\.log").size() == 1);
    Path log = newestLog();
    long forced = Files.size(log);
    store.write(List.of(changes(tasks(life, 100))), now);
    losePower(log, forced, life.random);
    assertAllIsThere();
  }
}
