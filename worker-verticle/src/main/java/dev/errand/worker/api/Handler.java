package dev.errand.worker.api;

import java.time.Duration;

/** What both kinds of handlers have in common. */
public sealed interface Handler permits TaskHandler, BlockingTaskHandler {

  /** The task type it serves; one handler a type on each worker. */
  String type();

  /**
   * How long an attempt may take where the task itself says nothing.
   *
   * @return null: the dispatcher's {@code defaults.timeout}
   */
  default Duration timeout() {
    return null;
  }
}
