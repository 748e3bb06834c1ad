package dev.errand.dispatcher.core;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.Terms;

/**
 * What was submitted and never changes.
 *
 * @param id see {@link dev.errand.protocol.TaskId}
 * @param type which handler
 * @param payload JSON, checked; null where it is left out to save space
 * @param terms how it is to be run; attempts and backoff are named, the timeout may be 0
 * @param key its idempotency key; null: none
 * @param batch where it belongs; null: to no batch
 * @param submitted milliseconds since 1970
 */
public record TaskSpec(
    long id,
    String type,
    Bytes payload,
    Terms terms,
    String key,
    BatchPlace batch,
    long submitted) {

  /** Whether no attempt may ever begin after another may have. */
  public boolean atMostOnce() {
    return terms.maxAttempts() == 1;
  }

  /** The same without payload. */
  TaskSpec bare() {
    return new TaskSpec(id, type, null, terms, key, batch, submitted);
  }

  /** The same, holding on to nothing else of the frame it came in. */
  TaskSpec compact() {
    return new TaskSpec(id, type, payload.compact(), terms, key, batch, submitted);
  }
}
