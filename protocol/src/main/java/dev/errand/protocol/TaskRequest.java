package dev.errand.protocol;

import io.vertx.core.json.Json;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A task to submit: its type, its payload and what it asks for. Immutable; the {@code with…}
 * methods give changed copies. What is left out ({@code null}, 0) takes the dispatcher's default.
 *
 * @param type which handler; matches {@link #TYPE_PATTERN}
 * @param payload one JSON value in UTF-8
 * @param timeout for each attempt; null: the handler's, else the dispatcher's default
 * @param maxAttempts 1 (run at most once) to {@value #MAX_ATTEMPTS}; 0: the dispatcher's default
 * @param backoff the first pause before a retry, doubled each time; null: the dispatcher's default
 */
public record TaskRequest(
    String type, Bytes payload, Duration timeout, int maxAttempts, Duration backoff) {

  /** What a type looks like. */
  public static final Pattern TYPE_PATTERN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}");

  /** The most attempts a task may ask for. */
  public static final int MAX_ATTEMPTS = 1_000;

  private static final Duration MIN_DURATION = Duration.ofMillis(1);

  /** The longest timeout and backoff. */
  public static final Duration MAX_DURATION = Duration.ofDays(30);

  public TaskRequest {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(payload, "payload");
    if (!TYPE_PATTERN.matcher(type).matches()) {
      throw new IllegalArgumentException(
          "type '" + type + "' must match " + TYPE_PATTERN.pattern());
    }
    checkDuration("timeout", timeout);
    checkDuration("backoff", backoff);
    if (maxAttempts < 0 || maxAttempts > MAX_ATTEMPTS) {
      throw new IllegalArgumentException(
          "maxAttempts " + maxAttempts + " must be 1 to " + MAX_ATTEMPTS);
    }
  }

  private static void checkDuration(String name, Duration value) {
    if (value != null && (value.compareTo(MIN_DURATION) < 0 || value.compareTo(MAX_DURATION) > 0)) {
      throw new IllegalArgumentException(name + " " + value + " must be 1 ms to 30 days");
    }
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
    return new TaskRequest(type, payload, null, 0, null);
  }

  /** What is said of a payload over the limit; both in bytes. */
  public static String tooLarge(int length, int limit) {
    return "payload has "
        + length
        + " bytes, limits.payload allows "
        + limit
        + ": send less, or a reference to where it lies";
  }

  public TaskRequest withTimeout(Duration value) {
    return new TaskRequest(type, payload, value, maxAttempts, backoff);
  }

  public TaskRequest withMaxAttempts(int value) {
    return new TaskRequest(type, payload, timeout, value, backoff);
  }

  public TaskRequest withBackoff(Duration value) {
    return new TaskRequest(type, payload, timeout, maxAttempts, value);
  }
}
