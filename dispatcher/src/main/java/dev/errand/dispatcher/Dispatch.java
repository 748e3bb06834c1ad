package dev.errand.dispatcher;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.EndedTask;
import dev.errand.dispatcher.core.Now;
import dev.errand.dispatcher.store.TaskStore;
import dev.errand.protocol.Task;
import io.vertx.core.Context;
import io.vertx.core.Future;
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
  private boolean turning;
  private Throwable storeFailure;

  /** A shell whose turns run on that context. */
  public Dispatch(Context context, DispatcherCore core, TaskStore store) {
    this.context = context;
    this.core = core;
    this.store = store;
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

  /** The task as it stands; null if there is none of that id. */
  public Future<Task> find(long id) {
    Task live = core.view(id, now());
    return live != null
        ? Future.succeededFuture(live)
        : store.read(id).map(ended -> ended == null ? null : ended.view());
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
      return;
    }
    Changes changes = core.changes();
    if (changes != null) {
      Future<Void> durable = store.append(changes);
      if (durable.succeeded()) {
        core.durable(changes.number());
      } else {
        durable.onComplete(done -> durable(changes, done.cause()));
      }
    }
    for (DispatcherCore.Watching watching : core.unresolved()) {
      Future<EndedTask> found = store.read(watching.id());
      if (found.succeeded()) {
        core.watched(watching, found.result());
      } else {
        found.onComplete(done -> watched(watching, done.result()));
      }
    }
    core.flush(now());
  }

  private void durable(Changes changes, Throwable failure) {
    if (storeFailure != null) {
      // What lies behind a failure, or is found out after it, is never told.
      return;
    }
    if (failure != null) {
      storeFailure = failure;
      log.error("the store failed, no more work is taken: {}", failure.getMessage());
      return;
    }
    core.durable(changes.number());
    turn();
  }

  private void watched(DispatcherCore.Watching watching, EndedTask ended) {
    core.watched(watching, ended);
    turn();
  }
}
