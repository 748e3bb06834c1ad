package dev.errand.dispatcher.figures;

import dev.errand.protocol.TaskError;

/**
 * The last failure of a worker's attempts.
 *
 * @param millis when, since 1970
 * @param task id of the task
 * @param type of the task
 * @param error what it failed of
 */
public record WorkerError(long millis, long task, String type, TaskError error) {}
