package dev.errand.dispatcher.core;

import dev.errand.protocol.Bytes;

/**
 * What was submitted and never changes. Times in milliseconds.
 *
 * @param id see {@link dev.errand.protocol.TaskId}
 * @param type which handler
 * @param payload JSON, checked
 * @param timeout of an attempt; 0: the handler's, else the default
 * @param maxAttempts at least 1
 * @param backoff the first pause before a retry
 * @param submitted since 1970
 */
public record TaskSpec(
    long id,
    String type,
    Bytes payload,
    long timeout,
    int maxAttempts,
    long backoff,
    long submitted) {

  /** The same, holding on to nothing else of the frame it came in. */
  TaskSpec compact() {
    return new TaskSpec(id, type, payload.compact(), timeout, maxAttempts, backoff, submitted);
  }
}
