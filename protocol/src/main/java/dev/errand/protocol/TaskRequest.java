package dev.errand.protocol;

import io.vertx.core.json.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A task to submit: its type, its payload and what it asks for. Immutable; the {@code with…}
 * methods give changed copies. What is left out takes the dispatcher's default.
 *
 * @param type which handler; matches {@link #TYPE_PATTERN}
 * @param payload one JSON value in UTF-8
 * @param terms how it is to be run
 * @param idempotencyKey 1 to {@value #MAX_KEY} characters: submitted again with the same key it is
 *     the same task, for as long as that is kept; null: none
 * @param batch where it belongs; null: to no batch
 */
public record TaskRequest(
    String type, Bytes payload, Terms terms, String idempotencyKey, BatchPlace batch) {

  /** What a type looks like. */
  public static final Pattern TYPE_PATTERN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}");

  /** The longest idempotency key, in characters. */
  public static final int MAX_KEY = 200;

  /**
   * Checks everything but the payload, which the dispatcher looks at.
   *
   * @throws IllegalArgumentException with the name of what is wrong
   */
  public TaskRequest {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(terms, "terms");
    checkType(type);
    checkKey(idempotencyKey, batch);
  }

  /** The type that was good the last time, for whichever thread: most tasks are of few types. */
  private static String goodType;

  private static void checkType(String type) {
    if (type == goodType) {
      return;
    }
    if (!TYPE_PATTERN.matcher(type).matches()) {
      throw new IllegalArgumentException(
          "type '" + type + "' must match " + TYPE_PATTERN.pattern());
    }
    goodType = type;
  }

  /**
   * Checks what makes a task the same as another.
   *
   * @param key its idempotency key; null: none
   * @param batch where it belongs; null: to no batch
   * @throws IllegalArgumentException with the name of what is wrong
   */
  public static void checkKey(String key, BatchPlace batch) {
    if (key == null) {
      return;
    }
    if (key.isEmpty() || key.length() > MAX_KEY) {
      throw new IllegalArgumentException(
          "idempotencyKey has " + key.length() + " characters, must have 1 to " + MAX_KEY);
    }
    if (key.codePoints().anyMatch(TaskRequest::isHalf)) {
      // In UTF-8 all of them are the same question mark, and different keys would be, too.
      throw new IllegalArgumentException(
          "idempotencyKey has half of a surrogate pair, which is no character: send whole ones");
    }
    if (batch != null && batch.line() != 0) {
      throw new IllegalArgumentException(
          "a batch's line has its number as its key: leave idempotencyKey out");
    }
  }

  private static boolean isHalf(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  /**
   * A task of that type with a payload that becomes JSON: {@code JsonObject}, {@code JsonArray},
   * strings, numbers, booleans, null, maps and lists.
   *
   * @throws io.vertx.core.json.EncodeException if the payload can't become JSON
   */
  public static TaskRequest of(String type, Object payload) {
    return ofJson(type, Bytes.of(Json.encodeToBuffer(payload).getBytes()));
  }

  /** A task whose payload is JSON text already. */
  public static TaskRequest ofJson(String type, Bytes payload) {
    return new TaskRequest(type, payload, Terms.NONE, null, null);
  }

  /** What is said of a payload over the limit; both in bytes. */
  public static String tooLarge(int length, int limit) {
    return "payload has "
        + length
        + " bytes, limits.payload allows "
        + limit
        + ": send less, or a reference to where it lies";
  }

  /** On other terms. */
  public TaskRequest with(Terms other) {
    return new TaskRequest(type, payload, other, idempotencyKey, batch);
  }

  /** For each attempt; null: the handler's, else the dispatcher's default. */
  public TaskRequest withTimeout(Duration value) {
    return with(terms.withTimeout(value));
  }

  /** How often it may fail; 1: it runs at most once; 0: the dispatcher's default. */
  public TaskRequest withMaxAttempts(int value) {
    return with(terms.withMaxAttempts(value));
  }

  /** The first pause before a retry, doubled each time; null: the dispatcher's default. */
  public TaskRequest withBackoff(Duration value) {
    return with(terms.withBackoff(value));
  }

  /** From 0 to 9, higher first. */
  public TaskRequest withPriority(int value) {
    return with(terms.withPriority(value));
  }

  /** From the submission until it may start; null: at once. */
  public TaskRequest withDelay(Duration value) {
    return with(terms.withDelay(value));
  }

  /** From the submission until it has to have ended; null: never. */
  public TaskRequest withExpiresIn(Duration value) {
    return with(terms.withExpiresIn(value));
  }

  /** Labels that the worker has to carry. */
  public TaskRequest withRequire(Map<String, String> value) {
    return with(terms.withRequire(value));
  }

  public TaskRequest withIdempotencyKey(String value) {
    return new TaskRequest(type, payload, terms, value, batch);
  }

  public TaskRequest withBatch(BatchPlace value) {
    return new TaskRequest(type, payload, terms, idempotencyKey, value);
  }
}
