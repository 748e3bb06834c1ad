package dev.errand.worker.api;

import java.time.Duration;

/**
 * What both kinds of handlers have in common: implement {@link TaskHandler} if the work is waiting
 * (for other services, for timers), {@link BlockingTaskHandler} if it computes or blocks.
 *
 * <p>A worker makes one instance of each handler class, by its public constructor without
 * arguments. It finds classes named in {@code META-INF/services/dev.errand.worker.api.TaskHandler}
 * and {@code …BlockingTaskHandler}, and those named in the setting {@code worker.handlers}.
 */
public sealed interface Handler permits TaskHandler, BlockingTaskHandler {

  /**
   * The task type it serves; one handler a type on each worker. Asked once, at the worker's start.
   *
   * @return matches {@link dev.errand.protocol.TaskRequest#TYPE_PATTERN}
   */
  String type();

  /**
   * How long an attempt may take where the task itself says nothing. Asked once, at the worker's
   * start.
   *
   * @return 1 ms to 30 days; null: the dispatcher's {@code defaults.timeout}
   */
  default Duration timeout() {
    return null;
  }
}
