package dev.errand.protocol;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Where a task belongs in a batch.
 *
 * @param batch the batch's id; matches {@link #ID_PATTERN}
 * @param line its number in the batch, from 1, which is its key there: a line that is submitted
 *     again is the same task; 0: it has none
 */
public record BatchPlace(String batch, long line) {

  /** What a batch's id looks like. */
  public static final Pattern ID_PATTERN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._~-]{0,39}");

  /** The highest number of a line. */
  public static final long MAX_LINE = 1L << 40;

  /**
   * Checks both.
   *
   * @throws IllegalArgumentException with the name of what is wrong
   */
  public BatchPlace {
    Objects.requireNonNull(batch, "batch");
    checkId(batch);
    if (line < 0 || line > MAX_LINE) {
      throw new IllegalArgumentException("line " + line + " must be 1 to " + MAX_LINE);
    }
  }

  /** The id that was good the last time, for whichever thread: a batch has many lines. */
  private static String goodId = "";

  private static void checkId(String id) {
    if (id == goodId) {
      return;
    }
    if (!ID_PATTERN.matcher(id).matches()) {
      throw new IllegalArgumentException("batch '" + id + "' must match " + ID_PATTERN);
    }
    goodId = id;
  }
}
