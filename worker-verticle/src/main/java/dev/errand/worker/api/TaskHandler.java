package dev.errand.worker.api;

import io.vertx.core.Future;

/**
 * Runs tasks of one type on an event loop: it must not block. One instance serves many attempts at
 * once, on several loops.
 */
public non-sealed interface TaskHandler extends Handler {

  /**
   * Runs one attempt. An attempt may run again, on this worker or another: make what it does safe
   * to repeat.
   *
   * @return the result: what becomes JSON ({@code JsonObject}, {@code JsonArray}, strings, numbers,
   *     booleans, null, maps, lists, beans), or {@link dev.errand.protocol.Bytes} that are JSON
   *     already. A failure is a failed attempt and is retried, except {@link TaskRejected}
   */
  Future<?> handle(TaskContext task);
}
