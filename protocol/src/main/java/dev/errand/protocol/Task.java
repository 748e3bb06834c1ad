package dev.errand.protocol;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * A task as seen from outside, at one moment.
 *
 * @param id opaque, sorts by submission
 * @param type which handler
 * @param state where it is
 * @param payload JSON; null where it is left out to save space (a client's finished tasks)
 * @param result JSON; only when succeeded
 * @param error of the last failed attempt; stays until an attempt succeeds
 * @param attempts how many, and where the last ran
 * @param times in milliseconds since 1970
 * @param priority 0 to 9, higher first
 * @param batch id of the batch it belongs to; null: none
 * @param progress of the running attempt; null if none was told
 * @param waitingFor why it waits; null unless queued or scheduled, or if it is about to start
 */
public record Task(
    String id,
    String type,
    TaskState state,
    Bytes payload,
    Bytes result,
    TaskError error,
    Attempts attempts,
    Times times,
    int priority,
    String batch,
    Progress progress,
    WaitingFor waitingFor) {

  /**
   * How often a task was tried.
   *
   * @param attempt the number of the last attempt, from 1; 0 before the first
   * @param most how many there may be
   * @param worker name of the worker that has or had the last attempt; null before the first
   */
  public record Attempts(int attempt, int most, String worker) {}

  /**
   * When things happened, in milliseconds since 1970.
   *
   * @param submitted when the dispatcher took it
   * @param started when the last attempt was leased; 0 before the first
   * @param finished when it reached its terminal state; 0 before
   */
  public record Times(long submitted, long started, long finished) {}

  /** Number of the last attempt, from 1; 0 before the first. */
  public int attempt() {
    return attempts.attempt();
  }

  /** Name of the worker that has or had the last attempt; null before the first. */
  public String worker() {
    return attempts.worker();
  }

  /**
   * The payload as a value.
   *
   * @param type such as {@code JsonObject}, {@code String}, {@code Integer}, {@code Object}
   * @throws io.vertx.core.json.DecodeException if it doesn't fit
   */
  public <T> T payloadAs(Class<T> type) {
    return decode(payload, type);
  }

  /**
   * The result as a value; null unless the task succeeded.
   *
   * @param type such as {@code JsonObject}, {@code String}, {@code Integer}, {@code Object}
   * @throws io.vertx.core.json.DecodeException if it doesn't fit
   */
  public <T> T resultAs(Class<T> type) {
    return decode(result, type);
  }

  private static <T> T decode(Bytes json, Class<T> type) {
    if (json == null) {
      return null;
    }
    Buffer text = Buffer.buffer(json.copy());
    if (type != JsonObject.class && type != JsonArray.class) {
      return Json.decodeValue(text, type);
    }
    // Asked for these, Vert.x needs Jackson's databind, which a client may lack.
    Object value = Json.decodeValue(text);
    if (value != null && !type.isInstance(value)) {
      throw new DecodeException("not a " + type.getSimpleName());
    }
    return type.cast(value);
  }
}
