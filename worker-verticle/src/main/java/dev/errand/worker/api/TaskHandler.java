package dev.errand.worker.api;

import io.vertx.core.Future;

/**
 * Runs tasks of one type on an event loop: it must not block. One instance serves many attempts at
 * once.
 *
 * <p>Each attempt has a Vert.x context of its own: {@link #handle} and all callbacks of timers,
 * clients and {@link TaskContext} run on it, one at a time. {@code Vertx.currentContext().owner()}
 * is a Vert.x for handlers, with clients, timers and {@code executeBlocking}, but not a member of
 * the cluster; {@link TaskContext#submit} reaches that.
 *
 * <p>An attempt that holds its thread for two seconds fails with an error that says where, is
 * cancelled and interrupted; further attempts of its type on this worker then share a thread that
 * serves no other type. An exception that escapes from a callback fails the attempt too.
 */
public non-sealed interface TaskHandler extends Handler {

  /**
   * Runs one attempt. An attempt may run again, on this worker or another: make what it does safe
   * to repeat. When it is cancelled or its time is over, {@link TaskContext#cancelled} completes;
   * what it does after that is up to it, its slot is free when the future completes or ten seconds
   * later.
   *
   * @return the result: what becomes JSON ({@code JsonObject}, {@code JsonArray}, strings, finite
   *     numbers, booleans, null, maps, lists, beans), or {@link dev.errand.protocol.Bytes} that are
   *     JSON already, never changed afterwards. A failure is a failed attempt, which is retried,
   *     except {@link TaskRejected}; so is an exception, or null instead of a future
   */
  Future<?> handle(TaskContext task);
}
