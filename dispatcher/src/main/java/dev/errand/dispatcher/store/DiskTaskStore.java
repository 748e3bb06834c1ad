package dev.errand.dispatcher.store;

import dev.errand.config.launch.ExitCode;
import dev.errand.config.settings.StoreSettings;
import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.StoredTask;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keeps tasks on the dispatcher's disk. Whatever is handed over while one group of changes is being
 * forced to disk makes up the next group, so that one forced write serves all of it. All work is
 * done by one thread, {@value #THREAD}, which owns the {@link ChunkStore}; futures complete, and
 * the listeners are called, on the dispatcher's event loop. After a failure of any kind, in memory
 * or on the disk, nothing is written or answered any more, and all that is asked fails; if not even
 * that can be told, the process ends at once.
 */
public final class DiskTaskStore implements TaskStore {

  private static final String THREAD = "errand-store";
  private static final int MOST_IN_GROUP = 1_024;
  private static final long IDLE_MILLIS = 500;

  private sealed interface Work permits Append, Ask, Close {}

  private record Append(Changes changes, Promise<Void> durable) implements Work {}

  private record Ask<T>(Supplier<T> question, Promise<T> found) implements Work {}

  private record Close(Promise<Void> closed) implements Work {}

  private final LinkedBlockingQueue<Work> work = new LinkedBlockingQueue<>();
  private final Executor loop;
  private final LongSupplier wallMillis;
  private final ChunkStore tasks;
  private final Recovered recovered;
  private final Consumer<Throwable> dead;
  private boolean started;
  private Consumer<StoredTask> forgotten = task -> {};
  private Consumer<Throwable> failed = e -> {};

  /** Of the store's thread. Null: it is well. */
  private Throwable failure;

  private DiskTaskStore(
      ChunkStore tasks,
      Recovered recovered,
      Executor loop,
      LongSupplier wallMillis,
      Consumer<Throwable> dead) {
    this.tasks = tasks;
    this.recovered = recovered;
    this.loop = loop;
    this.wallMillis = wallMillis;
    this.dead = dead;
  }

  /**
   * Opens the store, and reads what it has. Blocks.
   *
   * @param loop runs on the dispatcher's event loop what it is given, in that order
   * @param wallMillis the clock, in milliseconds since 1970
   * @throws StoreException if that can't be
   */
  public static DiskTaskStore open(StoreSettings settings, Executor loop, LongSupplier wallMillis) {
    return open(settings, loop, wallMillis, DiskTaskStore::end);
  }

  /**
   * The same.
   *
   * @param dead told by the store's thread what it dies of, which ends the process
   */
  static DiskTaskStore open(
      StoreSettings settings, Executor loop, LongSupplier wallMillis, Consumer<Throwable> dead) {
    ChunkStore tasks = ChunkStore.open(settings);
    try {
      return new DiskTaskStore(tasks, tasks.recovered(), loop, wallMillis, dead);
    } catch (RuntimeException e) {
      tasks.close();
      throw e;
    }
  }

  /** What earlier lives have left. To be read once, before {@link TaskStore#start}. */
  public Recovered recovered() {
    return recovered;
  }

  @Override
  public void start() {
    started = true;
    Thread thread = new Thread(this::run, THREAD);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public long id() {
    return tasks.id();
  }

  @Override
  public int epoch() {
    return tasks.epoch();
  }

  @Override
  public String noRoom() {
    return tasks.noRoom();
  }

  @Override
  public Space space() {
    return tasks.space();
  }

  @Override
  public Future<Void> append(Changes changes) {
    Promise<Void> durable = Promise.promise();
    work.add(new Append(changes, durable));
    return durable.future();
  }

  @Override
  public Future<StoredTask> read(long id) {
    return ask(
        () -> {
          StoredTask task = tasks.read(id);
          return task == null ? null : task.compact();
        });
  }

  @Override
  public Future<List<StoredTask>> waiting(LineKey line, long after, int most, long mostBytes) {
    return ask(() -> tasks.waiting(line, after, most, mostBytes));
  }

  @Override
  public Future<Listing> list(TaskQuery query) {
    return ask(() -> tasks.list(query));
  }

  private <T> Future<T> ask(Supplier<T> question) {
    Promise<T> found = Promise.promise();
    work.add(new Ask<>(question, found));
    return found.future();
  }

  @Override
  public void onForgotten(Consumer<StoredTask> listener) {
    forgotten = listener;
  }

  @Override
  public void onFailure(Consumer<Throwable> listener) {
    failed = listener;
  }

  @Override
  public Future<Void> close() {
    if (!started) {
      tasks.close();
      return Future.succeededFuture();
    }
    Promise<Void> closed = Promise.promise();
    work.add(new Close(closed));
    return closed.future();
  }

  private void run() {
    try {
      work();
    } catch (Throwable e) {
      // It is out of memory even for saying that it failed, and others wait for it.
      dead.accept(e);
    }
  }

  private static void end(Throwable why) {
    try {
      System.err.println("the store's thread has died, and the process with it: " + why);
    } finally {
      Runtime.getRuntime().halt(ExitCode.STORE_FAILED);
    }
  }

  private void work() {
    List<Work> taken = new ArrayList<>();
    List<Append> group = new ArrayList<>();
    while (true) {
      take(taken);
      for (Work each : taken) {
        if (each instanceof Append append) {
          group.add(append);
          continue;
        }
        // Whoever reads sees what was handed over before.
        write(group);
        if (each instanceof Close close) {
          close(close.closed);
          return;
        }
        answer((Ask<?>) each);
      }
      write(group);
      if (taken.isEmpty()) {
        idle();
      }
      taken.clear();
    }
  }

  private void close(Promise<Void> closed) {
    try {
      tasks.close();
      loop.execute(closed::complete);
    } catch (Throwable e) {
      loop.execute(() -> closed.fail(e));
    }
  }

  private void take(List<Work> taken) {
    try {
      Work first = work.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
      if (first != null) {
        taken.add(first);
        work.drainTo(taken, MOST_IN_GROUP);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it but the end of the process.
      Thread.currentThread().interrupt();
    }
  }

  private void idle() {
    if (failure == null) {
      write(List.of(), List.of());
    }
  }

  private void write(List<Append> group) {
    if (group.isEmpty()) {
      return;
    }
    List<Append> done = List.copyOf(group);
    group.clear();
    if (failure == null) {
      write(done, done.stream().map(Append::changes).toList());
    }
    Throwable cause = failure;
    if (cause != null) {
      loop.execute(() -> done.forEach(each -> each.durable.fail(cause)));
    }
  }

  private void write(List<Append> group, List<Changes> changes) {
    try {
      tasks.write(changes, wallMillis.getAsLong());
      List<StoredTask> gone = tasks.forgotten();
      loop.execute(
          () -> {
            group.forEach(each -> each.durable.complete());
            gone.forEach(forgotten);
          });
    } catch (Throwable e) {
      // It is never tried again: nobody knows what of it is on the disk.
      fail(e);
    }
  }

  private void fail(Throwable e) {
    failure = e;
    loop.execute(() -> failed.accept(e));
  }

  private <T> void answer(Ask<T> ask) {
    try {
      if (failure == null) {
        T found = ask.question.get();
        loop.execute(() -> ask.found.complete(found));
      }
    } catch (Throwable e) {
      fail(e);
    }
    Throwable cause = failure;
    if (cause != null) {
      loop.execute(() -> ask.found.fail(cause));
    }
  }
}
