package dev.errand.protocol;

import java.util.Objects;

/**
 * Why an attempt or a task failed.
 *
 * @param kind what sort of failure
 * @param message one line for a person; at most {@value #MAX_MESSAGE} characters are kept
 * @param detail more, such as the top of a stack trace; may be empty; at most {@value #MAX_DETAIL}
 *     characters are kept
 */
public record TaskError(ErrorKind kind, String message, String detail) {

  /** Characters of a message that are kept. */
  public static final int MAX_MESSAGE = 1_000;

  /** Characters of a detail that are kept. */
  public static final int MAX_DETAIL = 8_000;

  public TaskError {
    Objects.requireNonNull(kind);
    message = cut(message, MAX_MESSAGE);
    detail = cut(detail, MAX_DETAIL);
  }

  public TaskError(ErrorKind kind, String message) {
    this(kind, message, "");
  }

  private static String cut(String text, int most) {
    if (text == null) {
      return "";
    }
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
    return text.substring(0, end) + "…";
  }
}
