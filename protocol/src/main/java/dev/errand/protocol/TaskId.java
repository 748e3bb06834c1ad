package dev.errand.protocol;

/**
 * Task ids: 63 bits, the submission's wall-clock millisecond (41 bits) over a counter (22 bits), so
 * that they sort by time; as text 13 characters of Crockford's base 32 (RFC 4648's idea, without
 * the letters people misread), which sort alike.
 */
public final class TaskId {

  private static final int COUNTER_BITS = 22;
  private static final int LENGTH = 13;
  private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

  private TaskId() {}

  /**
   * The id that follows.
   *
   * @param last the id given before, 0 if none
   * @param wallMillis now, in milliseconds since 1970; where the clock stands still or steps back,
   *     ids go on counting from the last
   */
  public static long next(long last, long wallMillis) {
    return Math.max(last + 1, wallMillis << COUNTER_BITS);
  }

  /** The wall-clock millisecond that the id was given in, or soon after under extreme load. */
  public static long millis(long id) {
    return id >>> COUNTER_BITS;
  }

  /** The id as people and programs see it. */
  public static String text(long id) {
    char[] text = new char[LENGTH];
    long rest = id;
    for (int i = LENGTH - 1; i >= 0; i--) {
      text[i] = DIGITS.charAt((int) (rest & 31));
      rest >>>= 5;
    }
    return new String(text);
  }

  /**
   * The id that {@link #text} gave.
   *
   * @return -1 if the text is no id
   */
  public static long parse(String text) {
    if (text == null || text.length() != LENGTH) {
      return -1;
    }
    long id = 0;
    for (int i = 0; i < LENGTH; i++) {
      int digit = DIGITS.indexOf(text.charAt(i));
      if (digit < 0 || (i == 0 && digit > 7)) {
        return -1;
      }
      id = id << 5 | digit;
    }
    return id;
  }
}
