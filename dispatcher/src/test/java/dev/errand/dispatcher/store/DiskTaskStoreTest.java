package dev.errand.dispatcher.store;

import static dev.errand.dispatcher.core.EndedTasks.changes;
import static dev.errand.dispatcher.core.EndedTasks.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.StoredTask;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Whatever it is handed is answered on the loop, in order. */
class DiskTaskStoreTest {

  private static final long NOW = 1_700_000_000_000L;

  @TempDir Path folder;

  private final AtomicReference<LongSupplier> clock = new AtomicReference<>(() -> NOW);
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private ExecutorService loop;
  private DiskTaskStore store;

  @BeforeEach
  void open() {
    loop = Executors.newSingleThreadExecutor(step -> new Thread(step, "loop"));
    store = DiskTaskStore.open(settings(), loop, () -> clock.get().getAsLong());
    store.onFailure(failure::complete);
    store.start();
  }

  private StoreSettings settings() {
    return new StoreSettings(
        StoreSettings.Kind.DISK, folder, Duration.ofHours(1), Duration.ofHours(1), 1L << 30);
  }

  @AfterEach
  void close() {
    loop.shutdown();
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void whoReadsSeesWhatWasHandedOverBefore() throws Exception {
    List<Future<StoredTask>> reads = new ArrayList<>();
    for (int id = 1; id <= 100; id++) {
      store.append(changes(succeeded(id, NOW, "7", "49")));
      reads.add(store.read(id));
    }
    for (int id = 1; id <= 100; id++) {
      assertThat(get(reads.get(id - 1))).isEqualTo(succeeded(id, NOW, "7", "49"));
    }
    get(store.close());
  }

  @Test
  void itKnowsWhatItTakesAndWhatIsLeft() throws Exception {
    // So that it looks each time.
    AtomicLong now = new AtomicLong(NOW);
    clock.set(() -> now.addAndGet(20_000));
    get(store.append(changes(succeeded(1, NOW, "7", "x".repeat(100_000)))));
    assertThat(store.space().bytes()).isBetween(100_000L, 1L << 30);
    assertThat(store.space().freeBytes()).isPositive();
    get(store.close());
  }

  @Test
  void changesBecomeDurableInTheirOrderOnTheLoop() throws Exception {
    List<Integer> order = new ArrayList<>();
    List<String> threads = new ArrayList<>();
    // As a dispatcher does: whoever hands over on the loop hears of it later.
    Future<Void> last =
        loop.submit(
                () -> {
                  Future<Void> latest = null;
                  for (int id = 1; id <= 500; id++) {
                    int number = id;
                    latest =
                        store
                            .append(changes(succeeded(id, NOW, "7", "49")))
                            .onSuccess(
                                any -> {
                                  order.add(number);
                                  threads.add(Thread.currentThread().getName());
                                });
                  }
                  return latest;
                })
            .get(20, TimeUnit.SECONDS);
    get(last);
    get(store.close());
    assertThat(order).isSorted().hasSize(500);
    assertThat(threads).containsOnly("loop");
  }

  @Test
  void whatWasHandedOverBeforeTheEndIsKeptAndWhatComesLaterDoesNoHarm() throws Exception {
    Future<Void> before = store.append(changes(succeeded(1, NOW, "7", "49")));
    Future<Void> closed = store.close();
    Future<Void> after = store.append(changes(succeeded(2, NOW, "7", "49")));
    get(closed);
    assertThat(before.succeeded()).isTrue();
    assertThat(after.isComplete()).isFalse();
    loop.shutdown();
    open();
    assertThat(get(store.read(1))).isEqualTo(succeeded(1, NOW, "7", "49"));
    assertThat(get(store.read(2))).isNull();
    get(store.close());
  }

  @Test
  void oneThatNeverStartedIsClosedAtOnce() throws Exception {
    get(store.close());
    StoreSettings settings =
        new StoreSettings(
            StoreSettings.Kind.DISK, folder, Duration.ofHours(1), Duration.ofHours(1), 1L << 30);
    DiskTaskStore unused = DiskTaskStore.open(settings, loop, () -> NOW);
    get(unused.close());
    open();
    assertThat(store.epoch()).isEqualTo(3);
    get(store.close());
  }

  @Test
  void whatFailsWhileNobodyWaitsIsToldAtOnce() throws Exception {
    Files.delete(folder.resolve("tasks/CURRENT"));
    clock.set(() -> NOW + 10_000);
    assertThat(failure.get(20, TimeUnit.SECONDS)).hasMessageContaining("its files are gone");
  }

  @Test
  void afterAnErrorOfAnyKindAllThatIsAskedFails() throws Exception {
    clock.set(
        () -> {
          throw new OutOfMemoryError("in a test");
        });
    Future<Void> first = store.append(changes(succeeded(1, NOW, "7", "49")));
    assertThatThrownBy(() -> get(first)).hasRootCauseMessage("in a test");
    assertThat(failure.get(20, TimeUnit.SECONDS)).hasMessage("in a test");
    clock.set(() -> NOW);
    Future<Void> next = store.append(changes(succeeded(2, NOW, "7", "49")));
    assertThatThrownBy(() -> get(next)).hasRootCauseMessage("in a test");
    assertThatThrownBy(() -> get(store.read(1))).hasRootCauseMessage("in a test");
    get(store.close());
  }

  @Test
  void aThreadThatCannotEvenTellThatItFailedEndsTheProcess() throws Exception {
    get(store.close());
    CompletableFuture<Throwable> death = new CompletableFuture<>();
    OutOfMemoryError full = new OutOfMemoryError("in a test");
    Executor fullLoop =
        step -> {
          throw full;
        };
    DiskTaskStore.open(settings(), fullLoop, () -> NOW, death::complete).start();
    assertThat(death.get(20, TimeUnit.SECONDS)).isSameAs(full);
  }

  @Test
  void whatCannotBeReadAtTheStartIsClosed() throws Exception {
    get(store.close());
    byte[] type = {'t', 'x'};
    change(tasks -> tasks.put(type, new byte[] {1}));
    assertThatThrownBy(this::open).isInstanceOf(StoreException.class);
    change(tasks -> tasks.delete(type));
    open();
    get(store.close());
  }

  private interface Change {
    void to(RocksDB tasks) throws RocksDBException;
  }

  private void change(Change change) throws RocksDBException {
    try (Options options = new Options();
        RocksDB tasks = RocksDB.open(options, folder.resolve("tasks").toString())) {
      change.to(tasks);
    }
  }
}
