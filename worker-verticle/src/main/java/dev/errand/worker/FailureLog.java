package dev.errand.worker;

import dev.errand.protocol.TaskError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of attempts that failed: a line each, and the stack at DEBUG. Beyond {@value #MOST_LINES}
 * within {@value #WINDOW_SECONDS} s they are only counted, so that no handler fills the log. Owner:
 * the worker's context.
 */
final class FailureLog {

  static final int MOST_LINES = 20;
  static final int WINDOW_SECONDS = 10;
  private static final int WINDOW_LOOKS = WINDOW_SECONDS * 1_000 / AttemptRunner.WATCH_MILLIS;

  private final Logger log;
  private int looks;
  private int lines;
  private long more;

  FailureLog() {
    this(LoggerFactory.getLogger(FailureLog.class));
  }

  FailureLog(Logger log) {
    this.log = log;
  }

  /** An attempt failed. */
  void failed(ActiveAttempt attempt, TaskError error) {
    if (lines == MOST_LINES) {
      more++;
      return;
    }
    lines++;
    log.warn("{} failed: {}: {}", attempt, error.kind().text(), error.message());
    if (log.isDebugEnabled()) {
      error.detail().lines().forEach(line -> log.debug("task {}: {}", attempt.taskId(), line));
    }
  }

  /** To be called every {@value AttemptRunner#WATCH_MILLIS} ms. */
  void look() {
    if (lines > 0 && ++looks >= WINDOW_LOOKS) {
      sumUp();
    }
  }

  /** Says how many had no line. */
  void sumUp() {
    if (more > 0) {
      log.warn("{} more failed within {} s", more, WINDOW_SECONDS);
    }
    looks = 0;
    lines = 0;
    more = 0;
  }
}
