package dev.errand.dispatcher.figures;

import dev.errand.protocol.ErrorKind;

/**
 * What attempts and tasks failed of, again and again.
 *
 * @param type of the tasks
 * @param kind of the error
 * @param message the first line, cut, with {@code #} for each number
 * @param count how often since the start
 * @param failedTasks how many tasks failed so for good and can be retried: they were not since, and
 *     are kept still
 * @param firstMillis when it was first seen, since 1970
 * @param lastMillis when it was last seen
 * @param task id of the last one that can be retried, as far as that is known; else of the last one
 * @param worker name of that one's worker; null: it had none
 */
public record Failure(
    String type,
    ErrorKind kind,
    String message,
    long count,
    long failedTasks,
    long firstMillis,
    long lastMillis,
    long task,
    String worker) {}
