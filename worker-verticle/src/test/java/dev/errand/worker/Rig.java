package dev.errand.worker;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Progress;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Grant;
import dev.errand.worker.api.Handler;
import dev.errand.worker.core.Attempt;
import dev.errand.worker.core.AttemptListener;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A runner with a thread that owns it, which notes what it tells. Its watchdog's time passes by
 * {@link #look} only.
 */
final class Rig implements AttemptListener, AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(20);
  static final String OWNER = "the-owner";
  private static final long FIRST_TASK = 7_000;
  static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(AttemptRunner.WATCH_MILLIS);

  /** What was told of a lease. */
  static final class Told {
    final List<String> calls = new CopyOnWriteArrayList<>();
    volatile Bytes result;
    volatile TaskError error;
    volatile String releaseReason;
    volatile long runMicros;

    boolean ended() {
      return calls.contains("ended");
    }
  }

  final Map<TaskRequest, Promise<Task>> submitted = new ConcurrentHashMap<>();
  volatile int resultLimit = 1 << 20;
  private final ExecutorService owner;
  private final boolean endsOwner;
  private final Map<Long, Told> told = new ConcurrentHashMap<>();
  private final Map<Long, ActiveAttempt> attempts = new ConcurrentHashMap<>();
  private final AttemptRunner runner;
  private long now;
  private long lastLease;

  Rig(Handler... handlers) {
    this(BlockingThreads.open(8), handlers);
  }

  Rig(BlockingThreads threads, Handler... handlers) {
    this(
        Executors.newSingleThreadExecutor(task -> new Thread(task, OWNER)),
        true,
        threads,
        handlers);
  }

  private Rig(
      ExecutorService owner, boolean endsOwner, BlockingThreads threads, Handler... handlers) {
    this.owner = owner;
    this.endsOwner = endsOwner;
    runner =
        new AttemptRunner(
            new Handlers(List.of(handlers)),
            threads,
            owner,
            owner,
            this::submit,
            () -> resultLimit);
    Future<Void> opened = call(() -> runner.open(this));
    await(opened::isComplete);
    if (opened.failed()) {
      throw new IllegalStateException(opened.cause());
    }
    look(1);
  }

  /** Another runner on the same thread; to be closed before. */
  Rig beside(Handler... handlers) {
    return new Rig(owner, false, BlockingThreads.open(1), handlers);
  }

  private Future<Task> submit(TaskRequest request) {
    return submitted.computeIfAbsent(request, any -> Promise.promise()).future();
  }

  private <T> T call(Callable<T> step) {
    try {
      return owner.submit(step).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs it on the owner as a turn, and waits for it. */
  void onOwner(Runnable step) {
    call(
        () -> {
          step.run();
          runner.flush();
          return null;
        });
  }

  /** The id of the task of that lease. */
  static String taskId(long lease) {
    return TaskId.text(FIRST_TASK + lease);
  }

  /** Starts an attempt, and gives its lease. */
  long run(String type, String payload) {
    long lease = ++lastLease;
    onOwner(() -> start(lease, type, payload));
    return lease;
  }

  long run(String type) {
    return run(type, "1");
  }

  private void start(long lease, String type, String payload) {
    told.put(lease, new Told());
    Grant grant = new Grant(lease, FIRST_TASK + lease, 2, type, 60_000, Bytes.of(payload));
    attempts.put(lease, (ActiveAttempt) runner.run(grant));
  }

  /** Starts an attempt and cancels it before anything else happens on the owner. */
  long runAndCancel(String type, CancelReason reason) {
    long lease = ++lastLease;
    onOwner(
        () -> {
          start(lease, type, "1");
          attempts.get(lease).cancel(reason);
          told(lease).calls.add("cancelled");
        });
    return lease;
  }

  void cancel(long lease, CancelReason reason) {
    onOwner(() -> attempts.get(lease).cancel(reason));
  }

  /** What its handler told of its progress since the last call. */
  Progress takeProgress(long lease) {
    return call(() -> attempts.get(lease).takeProgress());
  }

  /** The watchdog looks so many times, each time {@link AttemptRunner#WATCH_MILLIS} later. */
  void look(int times) {
    for (int i = 0; i < times; i++) {
      onOwner(
          () -> {
            now += LOOK_NANOS;
            runner.watch(now);
          });
    }
  }

  /** The watchdog looks once, after the process stood still. */
  void lookAfter(Duration pause) {
    onOwner(
        () -> {
          now += pause.toNanos();
          runner.watch(now);
        });
  }

  Told told(long lease) {
    return told.get(lease);
  }

  /** What was told of it when it has ended. */
  Told awaitEnd(long lease) {
    await(() -> told(lease).ended());
    return told(lease);
  }

  /** Waits until it is so. */
  static void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(condition);
  }

  @Override
  public void outcome(Attempt attempt, Bytes result, TaskError error, long runMicros) {
    Told of = told(attempt.lease());
    of.result = result;
    of.error = error;
    of.runMicros = runMicros;
    note(of, "outcome");
  }

  @Override
  public void ended(Attempt attempt) {
    note(told(attempt.lease()), "ended");
  }

  @Override
  public void release(Attempt attempt, boolean started, String reason) {
    Told of = told(attempt.lease());
    of.releaseReason = reason;
    note(of, started ? "release-started" : "release");
  }

  private static void note(Told of, String call) {
    of.calls.add(Thread.currentThread().getName().equals(OWNER) ? call : call + " elsewhere");
  }

  /** Closes the runner, on the owner. */
  Future<Void> closeRunner() {
    return runner.close();
  }

  @Override
  public void close() {
    Future<Void> closed = call(this::closeRunner);
    await(closed::isComplete);
    if (endsOwner) {
      owner.shutdownNow();
    }
  }
}
