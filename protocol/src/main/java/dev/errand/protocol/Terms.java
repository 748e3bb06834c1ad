package dev.errand.protocol;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How a task asks to be run. Immutable; times in milliseconds, where 0 means that nothing is asked
 * for.
 *
 * @param timeout for each attempt; 0: the handler's, else the dispatcher's default
 * @param maxAttempts 1 (run at most once) to {@value #MAX_ATTEMPTS}; 0: the dispatcher's default
 * @param backoff the first pause before a retry, doubled each time; 0: the dispatcher's default
 * @param priority 0 to {@value #MAX_PRIORITY}; higher first
 * @param delay from the submission until it may start
 * @param expiresIn from the submission until it has to have ended; 0: never
 * @param require labels that its worker has to carry, sorted by their names
 */
public record Terms(
    long timeout,
    int maxAttempts,
    long backoff,
    int priority,
    long delay,
    long expiresIn,
    Map<String, String> require) {

  /** The most attempts a task may ask for. */
  public static final int MAX_ATTEMPTS = 1_000;

  /** The priority of those who ask for none. */
  public static final int USUAL_PRIORITY = 4;

  /** The highest priority. */
  public static final int MAX_PRIORITY = 9;

  /** The longest timeout and backoff. */
  public static final Duration MAX_DURATION = Duration.ofDays(30);

  /** The longest delay and expiry. */
  public static final Duration MAX_WAIT = Duration.ofDays(3_650);

  /** The most labels that a task may require. */
  public static final int MAX_LABELS = 16;

  /** What the name and the value of a label look like. */
  public static final Pattern LABEL_PATTERN =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?");

  /** Of a task that asks for nothing. */
  public static final Terms NONE = new Terms(0, 0, 0, USUAL_PRIORITY, 0, 0, Map.of());

  /**
   * Checks everything.
   *
   * @throws IllegalArgumentException with the name of what is out of range, and the range
   */
  public Terms {
    checkMillis("timeout", timeout, MAX_DURATION);
    checkMillis("backoff", backoff, MAX_DURATION);
    checkMillis("delay", delay, MAX_WAIT);
    checkMillis("expiresIn", expiresIn, MAX_WAIT);
    check(
        maxAttempts >= 0 && maxAttempts <= MAX_ATTEMPTS,
        "maxAttempts " + maxAttempts + " must be 1 to " + MAX_ATTEMPTS);
    check(
        priority >= 0 && priority <= MAX_PRIORITY,
        "priority " + priority + " must be 0 to " + MAX_PRIORITY);
    // An empty map may be filled later.
    require = require.isEmpty() ? Map.of() : labels("require", require);
  }

  private static void checkMillis(String name, long value, Duration most) {
    if (value < 0 || value > most.toMillis()) {
      throw new IllegalArgumentException(
          name + " " + value + " ms must be 1 ms to " + most.toDays() + " days");
    }
  }

  private static void check(boolean fine, String problem) {
    if (!fine) {
      throw new IllegalArgumentException(problem);
    }
  }

  /**
   * Labels in the order of their names.
   *
   * @param what they are, for the message
   * @throws IllegalArgumentException if there are too many, or one does not look like a label
   */
  public static Map<String, String> labels(String what, Map<String, String> labels) {
    check(
        labels.size() <= MAX_LABELS,
        what + " has " + labels.size() + " labels, there may be " + MAX_LABELS);
    labels.forEach(
        (name, value) ->
            check(
                isLabel(name) && isLabel(value),
                what + ": '" + name + "' and '" + value + "' must match " + LABEL_PATTERN));
    return Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  private static boolean isLabel(String text) {
    return text != null && LABEL_PATTERN.matcher(text).matches();
  }

  /** The same with other times and counts; null and 0 ask for nothing. */
  public Terms withTimeout(Duration value) {
    return new Terms(
        millis("timeout", value, MAX_DURATION),
        maxAttempts,
        backoff,
        priority,
        delay,
        expiresIn,
        require);
  }

  public Terms withMaxAttempts(int value) {
    return new Terms(timeout, value, backoff, priority, delay, expiresIn, require);
  }

  public Terms withBackoff(Duration value) {
    return new Terms(
        timeout,
        maxAttempts,
        millis("backoff", value, MAX_DURATION),
        priority,
        delay,
        expiresIn,
        require);
  }

  public Terms withPriority(int value) {
    return new Terms(timeout, maxAttempts, backoff, value, delay, expiresIn, require);
  }

  public Terms withDelay(Duration value) {
    return new Terms(
        timeout,
        maxAttempts,
        backoff,
        priority,
        millis("delay", value, MAX_WAIT),
        expiresIn,
        require);
  }

  public Terms withExpiresIn(Duration value) {
    return new Terms(
        timeout,
        maxAttempts,
        backoff,
        priority,
        delay,
        millis("expiresIn", value, MAX_WAIT),
        require);
  }

  public Terms withRequire(Map<String, String> value) {
    return new Terms(timeout, maxAttempts, backoff, priority, delay, expiresIn, value);
  }

  /** Null is nothing; less than a millisecond can't be told from it. */
  private static long millis(String name, Duration value, Duration most) {
    if (value == null) {
      return 0;
    }
    if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          name + " " + value + " must be 1 ms to " + most.toDays() + " days");
    }
    return value.toMillis();
  }
}
