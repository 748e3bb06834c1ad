package dev.errand.worker.api;

/**
 * Runs tasks of one type on threads of their own (virtual ones where the JVM has them): it may
 * block. One instance serves many attempts at once, each on one thread.
 */
public non-sealed interface BlockingTaskHandler extends Handler {

  /**
   * Runs one attempt. An attempt may run again, on this worker or another: make what it does safe
   * to repeat. When it is cancelled or its time is over, {@link TaskContext#isCancelled} turns true
   * and its thread is interrupted, once; its slot is free when this method has returned.
   *
   * @return the result: what becomes JSON ({@code JsonObject}, {@code JsonArray}, strings, finite
   *     numbers, booleans, null, maps, lists, beans), or {@link dev.errand.protocol.Bytes} that are
   *     JSON already, never changed afterwards
   * @throws Exception a failed attempt, which is retried, except {@link TaskRejected}
   */
  Object handle(TaskContext task) throws Exception;
}
