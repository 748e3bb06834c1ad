package dev.errand.worker;

import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.client.TaskClient;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * The client of handlers that submit tasks. It is made at the first submission: most workers never
 * need one, and each costs the dispatcher a heartbeat a second.
 */
final class HandlersClient {

  private final Context owner;
  private final Supplier<Future<TaskClient>> maker;

  /** Null before the first submission. Written on the owner only. */
  private volatile Future<TaskClient> client;

  private boolean closed;

  /**
   * No client yet.
   *
   * @param owner on which it is made and closed
   * @param maker is called on the owner
   */
  HandlersClient(Context owner, Supplier<Future<TaskClient>> maker) {
    this.owner = owner;
    this.maker = maker;
  }

  /** Submits a task; may be called, and completes, on any thread. */
  Future<Task> submit(TaskRequest request) {
    Future<TaskClient> made = client;
    if (made != null && made.succeeded()) {
      return made.result().submit(request);
    }
    Promise<Task> promise = Promise.promise();
    owner.runOnContext(any -> made().compose(own -> own.submit(request)).onComplete(promise));
    return promise.future();
  }

  private Future<TaskClient> made() {
    if (closed) {
      return Future.failedFuture(new IllegalStateException("the worker has stopped"));
    }
    Future<TaskClient> made = client;
    if (made == null || made.failed()) {
      made = maker.get();
      client = made;
    }
    return made;
  }

  /** Closes what was made; to be called on the owner. */
  Future<Void> close() {
    closed = true;
    return client == null || client.failed()
        ? Future.succeededFuture()
        : client.compose(TaskClient::close);
  }
}
