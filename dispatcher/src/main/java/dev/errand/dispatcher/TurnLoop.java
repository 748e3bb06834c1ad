package dev.errand.dispatcher;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.Now;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.WorkerChange;
import dev.errand.dispatcher.store.StoreException;
import dev.errand.dispatcher.store.TaskStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell around core and store: brings inputs in, and once per turn of the event loop hands the
 * core's changes to the store and lets its frames go. All methods are called on that loop.
 */
public final class TurnLoop {

  private static final Logger log = LoggerFactory.getLogger(TurnLoop.class);

  private final Context context;
  private final DispatcherCore core;
  private final TaskStore store;
  private final Consumer<Throwable> onStoreFailure;
  private final List<Promise<Void>> waiting = new ArrayList<>();
  private final List<Consumer<Changes>> observers = new CopyOnWriteArrayList<>();
  private final List<Consumer<StoredTask>> forgottenObservers = new CopyOnWriteArrayList<>();
  private final List<Consumer<WorkerChange>> workerObservers = new CopyOnWriteArrayList<>();
  private final StoreLag lag = new StoreLag(System.nanoTime());
  private boolean turning;
  private boolean saidUnknown;
  private Throwable storeFailure;

  /**
   * A shell whose turns run on that context.
   *
   * @param onStoreFailure told once if the store fails: from then on no work is taken
   */
  public TurnLoop(
      Context context, DispatcherCore core, TaskStore store, Consumer<Throwable> onStoreFailure) {
    this.context = context;
    this.core = core;
    this.store = store;
    this.onStoreFailure = onStoreFailure;
    store.onForgotten(this::forgotten);
    store.onFailure(this::failed);
  }

  /** The time that the core is to be told, now. */
  public static Now now() {
    return new Now(System.nanoTime(), System.currentTimeMillis());
  }

  /** A frame that wants an answer. */
  public byte[] request(byte[] frame) {
    byte[] answer = core.request(frame, now());
    turn();
    return answer;
  }

  /** A frame that wants none. */
  public void receive(byte[] frame) {
    core.receive(frame, now());
    turn();
  }

  /** Time passes. */
  public void tick() {
    core.noRoom(store.noRoom());
    core.tick(now());
    tellOfWorkers();
    tellOfUnknown();
    turn();
  }

  private void tellOfUnknown() {
    if (!saidUnknown && core.counters().unknown() != 0) {
      saidUnknown = true;
      log.warn(
          "a worker or client of a later version sends frames of a kind that this version does not"
              + " know: they are stepped over, and counted in frames.unknown");
    }
  }

  /** A node has left the cluster. */
  public void nodeLeft(String nodeId) {
    core.nodeLeft(nodeId, now());
    tellOfWorkers();
    turn();
  }

  private void tellOfWorkers() {
    for (WorkerChange change : core.workerChanges()) {
      if (change.kind() == WorkerChange.Kind.LOST) {
        log.warn("worker '{}' is lost; its tasks go on", change.name());
      }
      workerObservers.forEach(observer -> observer.accept(change));
    }
  }

  Context context() {
    return context;
  }

  /** To be followed by {@link #turn} or {@link #recorded} if that changes anything. */
  DispatcherCore core() {
    return core;
  }

  /** Asks the store; what can't be read ends the work like what can't be written. */
  <T> Future<T> ask(Function<TaskStore, Future<T>> question) {
    return storeFailure != null
        ? Future.failedFuture(storeFailure)
        : question.apply(store).onFailure(this::failed);
  }

  /** Completes when what this turn changes is durable and counts. */
  Future<Void> recorded() {
    if (storeFailure != null) {
      return Future.failedFuture(storeFailure);
    }
    core.mark();
    Promise<Void> promise = Promise.promise();
    waiting.add(promise);
    turn();
    return promise.future();
  }

  /** Who is to see all changes, in their order, as soon as each counts. */
  void observe(Consumer<Changes> observer) {
    observers.add(observer);
  }

  /** It is to see no more of them. */
  void forget(Consumer<Changes> observer) {
    observers.remove(observer);
  }

  /** How many see them. */
  int observers() {
    return observers.size();
  }

  /**
   * Who is to see which tasks the store keeps no more, as {@link TaskStore#onForgotten} tells;
   * without those that are tried again meanwhile, which {@link Changes#retried} has.
   */
  void observeForgotten(Consumer<StoredTask> observer) {
    forgottenObservers.add(observer);
  }

  private void forgotten(StoredTask task) {
    if (core.forgotten(task)) {
      forgottenObservers.forEach(observer -> tell(() -> observer.accept(task)));
    }
  }

  /** Who is to see what happens to workers, within a tick. */
  void observeWorkers(Consumer<WorkerChange> observer) {
    workerObservers.add(observer);
  }

  /** Why no work is taken any more; null while the store is well. */
  Throwable storeFailure() {
    return storeFailure;
  }

  /** How the store does. */
  Snapshot.Store store(Now now) {
    return new Snapshot.Store(storeFailure, store.noRoom(), lag.millis(now.nanos()), store.space());
  }

  /** Something has changed: this turn of the event loop gets an end. */
  void turn() {
    if (!turning) {
      turning = true;
      context.runOnContext(any -> endTurn());
    }
  }

  private void endTurn() {
    turning = false;
    if (storeFailure != null) {
      List<Promise<Void>> told = List.copyOf(waiting);
      waiting.clear();
      told.forEach(promise -> promise.fail(storeFailure));
      return;
    }
    Changes changes = core.changes();
    if (changes != null) {
      List<Promise<Void>> told = List.copyOf(waiting);
      waiting.clear();
      Future<Void> durable = store.append(changes);
      if (durable.succeeded()) {
        counts(changes, told);
      } else {
        lag.begins(System.nanoTime());
        durable.onComplete(done -> durable(changes, told, done.cause()));
      }
    }
    for (DispatcherCore.Watching watching : core.unresolved()) {
      Future<StoredTask> found = ask(kept -> kept.read(watching.id()));
      if (found.succeeded()) {
        core.watched(watching, found.result());
      } else {
        found.onSuccess(ended -> watched(watching, ended));
      }
    }
    core.flush(now());
    for (DispatcherCore.Load load : core.loads()) {
      ask(kept -> kept.waiting(load.line(), load.after(), load.most(), load.mostBytes()))
          .onSuccess(next -> loaded(load, next));
    }
    if (core.isDue()) {
      turn();
    }
  }

  private void durable(Changes changes, List<Promise<Void>> told, Throwable failure) {
    lag.ends(System.nanoTime());
    if (storeFailure != null) {
      told.forEach(promise -> promise.fail(storeFailure));
      // What lies behind a failure, or is found out after it, is never told.
      return;
    }
    if (failure != null) {
      failed(failure);
      told.forEach(promise -> promise.fail(failure));
      return;
    }
    counts(changes, told);
    turn();
  }

  private void counts(Changes changes, List<Promise<Void>> told) {
    core.durable(changes.number());
    observers.forEach(observer -> tell(() -> observer.accept(changes)));
    told.forEach(promise -> tell(promise::complete));
  }

  /**
   * What one listener throws is nothing to the others; Vert.x reports it as it does for handlers.
   */
  private void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      context.runOnContext(
          any -> {
            throw e;
          });
    }
  }

  private void failed(Throwable failure) {
    if (storeFailure == null) {
      storeFailure = failure;
      if (failure instanceof StoreException) {
        log.error("the store failed, no more work is taken: {}", failure.getMessage());
      } else {
        log.error("the store failed, no more work is taken", failure);
      }
      onStoreFailure.accept(failure);
    }
  }

  private void loaded(DispatcherCore.Load load, List<StoredTask> next) {
    core.loaded(load, next, now());
    turn();
  }

  private void watched(DispatcherCore.Watching watching, StoredTask ended) {
    core.watched(watching, ended);
    turn();
  }
}
