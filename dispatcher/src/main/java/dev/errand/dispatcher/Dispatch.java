package dev.errand.dispatcher;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.Now;
import dev.errand.dispatcher.core.Refusal;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.store.StoreException;
import dev.errand.dispatcher.store.TaskQuery;
import dev.errand.dispatcher.store.TaskStore;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell around core and store: brings inputs in, and once per turn of the event loop hands the
 * core's changes to the store and lets its frames go. All methods are called on that loop.
 */
public final class Dispatch {

  private static final Logger log = LoggerFactory.getLogger(Dispatch.class);

  private final Context context;
  private final DispatcherCore core;
  private final TaskStore store;
  private final Consumer<Throwable> onStoreFailure;
  private final List<Promise<Void>> waiting = new ArrayList<>();
  private final LongSet retrying = new LongOpenHashSet();
  private boolean turning;
  private Throwable storeFailure;

  /**
   * A shell whose turns run on that context.
   *
   * @param onStoreFailure told once if the store fails: from then on no work is taken
   */
  public Dispatch(
      Context context, DispatcherCore core, TaskStore store, Consumer<Throwable> onStoreFailure) {
    this.context = context;
    this.core = core;
    this.store = store;
    this.onStoreFailure = onStoreFailure;
    store.onForgotten(core::forgotten);
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
    logLost();
    turn();
  }

  /** A node has left the cluster. */
  public void nodeLeft(String nodeId) {
    core.nodeLeft(nodeId, now());
    logLost();
    turn();
  }

  private void logLost() {
    core.lostWorkers().forEach(name -> log.warn("worker '{}' is lost; its tasks go on", name));
  }

  /** The task as it stands; null if there is none of that id. Fails if the store has failed. */
  public Future<Task> find(long id) {
    Task live = core.view(id, now());
    return live != null
        ? Future.succeededFuture(live)
        : read(id).map(stored -> stored == null ? null : asItStands(id, stored));
  }

  /** What can't be read is not what is not there: it ends the work like what can't be written. */
  private Future<StoredTask> read(long id) {
    return ask(() -> store.read(id));
  }

  private <T> Future<T> ask(Supplier<Future<T>> question) {
    return storeFailure != null
        ? Future.failedFuture(storeFailure)
        : question.get().onFailure(this::failed);
  }

  /**
   * Tasks, the newest first.
   *
   * @return as they stand, with their payloads
   */
  public Future<List<Task>> list(TaskQuery query) {
    return ask(() -> store.list(query))
        .map(
            found ->
                found.stream()
                    .map(listed -> asItStands(listed.id(), listed.task()))
                    .filter(task -> task != null)
                    .filter(task -> query.state() == null || task.state() == query.state())
                    .toList());
  }

  /** It may have changed, or come into memory, since it was read. */
  private Task asItStands(long id, StoredTask stored) {
    Task live = core.view(id, now());
    return live != null || stored == null ? live : core.view(stored, now());
  }

  /**
   * Nobody wants the task any more.
   *
   * @return the task as it ended; fails with a {@link RefusedException}
   */
  public Future<Task> cancel(long id) {
    if (core.view(id, now()) != null) {
      return cancelLive(id);
    }
    return read(id)
        .compose(
            stored -> {
              if (stored != null && stored.state().terminal()) {
                return refused(
                    Refusal.conflict(
                        "task " + TaskId.text(id) + " has ended: it " + stored.state().text()));
              }
              if (stored != null) {
                core.fetch(stored, now());
              }
              return cancelLive(id);
            });
  }

  private Future<Task> cancelLive(long id) {
    Refusal refusal = core.cancel(id, now());
    return refusal == null ? recorded().compose(any -> find(id)) : refused(refusal);
  }

  private static <T> Future<T> refused(Refusal refusal) {
    return Future.failedFuture(new RefusedException(refusal));
  }

  /**
   * A task that has ended is tried again from the beginning.
   *
   * @return the task as it waits; fails with a {@link RefusedException}
   */
  public Future<Task> retry(long id) {
    if (core.view(id, now()) != null || !retrying.add(id)) {
      return Future.failedFuture(
          new RefusedException(
              Refusal.conflict(
                  "task " + TaskId.text(id) + " has not ended: only what has can be retried")));
    }
    // One at a time: what the store says must not be older than another retry's end.
    return read(id)
        .compose(ended -> retry(id, ended))
        .eventually(
            () -> {
              retrying.remove(id);
              return Future.succeededFuture();
            });
  }

  private Future<Task> retry(long id, StoredTask ended) {
    Refusal refusal =
        ended == null
            ? Refusal.unknown("there is no task " + TaskId.text(id))
            : core.retry(ended, now());
    return refusal == null ? recorded().compose(any -> find(id)) : refused(refusal);
  }

  /** Completes when what this turn changes is durable and counts. */
  private Future<Void> recorded() {
    if (storeFailure != null) {
      return Future.failedFuture(storeFailure);
    }
    Promise<Void> promise = Promise.promise();
    waiting.add(promise);
    turn();
    return promise.future();
  }

  /** The core's state at this moment. */
  public Snapshot snapshot() {
    Now now = now();
    return new Snapshot(
        core.ledger(), core.types(now), core.workers(now), core.clients(), core.counters());
  }

  /** Why no work is taken any more; null while the store is well. */
  public Throwable storeFailure() {
    return storeFailure;
  }

  private void turn() {
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
        core.durable(changes.number());
        told.forEach(Promise::complete);
      } else {
        durable.onComplete(done -> durable(changes, told, done.cause()));
      }
    }
    for (DispatcherCore.Watching watching : core.unresolved()) {
      Future<StoredTask> found = read(watching.id());
      if (found.succeeded()) {
        core.watched(watching, found.result());
      } else {
        found.onSuccess(ended -> watched(watching, ended));
      }
    }
    core.flush(now());
    for (DispatcherCore.Load load : core.loads()) {
      ask(() -> store.waiting(load.line(), load.after(), load.most(), load.mostBytes()))
          .onSuccess(next -> loaded(load, next));
    }
    if (core.isUrgent()) {
      turn();
    }
  }

  private void durable(Changes changes, List<Promise<Void>> told, Throwable failure) {
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
    core.durable(changes.number());
    told.forEach(Promise::complete);
    turn();
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
