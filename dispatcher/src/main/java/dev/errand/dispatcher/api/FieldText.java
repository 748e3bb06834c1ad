package dev.errand.dispatcher.api;

import dev.errand.config.settings.Quantities;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.Terms;
import java.time.Duration;

/** What fields and parameters of requests may hold, in words, and how their durations are read. */
public final class FieldText {

  /** The longest wait for a task, in milliseconds. */
  public static final long MAX_WAIT = 300_000;

  /** Of a task's type. */
  public static final String TYPE =
      "must be 1 to 100 of the characters A-Z a-z 0-9 . _ : / - with a letter or a digit first";

  /** Of an idempotency key. */
  public static final String KEY =
      "must be text of 1 to " + TaskRequest.MAX_KEY + " whole characters";

  /** Of a batch's id. */
  public static final String BATCH =
      "must be 1 to 40 of the characters A-Z a-z 0-9 . _ ~ - with a letter or a digit first";

  static final String LABEL =
      "must have a name and a text of 1 to 63 of the characters A-Z a-z 0-9 . _ / - with a letter"
          + " or a digit at both ends";

  static final String REQUIRE =
      "must be an object of at most " + Terms.MAX_LABELS + " labels such as {\"gpu\": \"yes\"}";

  private static final int MOST_DURATION = 17;

  private FieldText() {}

  /** Of a whole number. */
  public static String integer(long least, long most) {
    return "must be a whole number from " + least + " to " + most;
  }

  /** Of a duration; both in milliseconds. */
  public static String duration(long least, long most) {
    return "must be a duration from "
        + Quantities.text(Duration.ofMillis(least))
        + " to "
        + Quantities.text(Duration.ofMillis(most))
        + " such as 250ms, 20s, 5m, 24h or 7d";
  }

  /**
   * A duration in milliseconds.
   *
   * @return -1 if it is none, or out of that range
   */
  public static long millis(String text, long least, long most) {
    int length = text.length();
    if (length < 2 || length > MOST_DURATION || text.charAt(0) > '9' || text.charAt(0) < '0') {
      return -1;
    }
    char last = text.charAt(length - 1);
    if (last < 'd' || last > 's') {
      return -1;
    }
    try {
      long millis = Quantities.duration(text).toMillis();
      return millis >= least && millis <= most ? millis : -1;
    } catch (IllegalArgumentException e) {
      return -1;
    }
  }
}
