package dev.errand.worker.handlers;

import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskHandler;
import dev.errand.worker.api.TaskRejected;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.math.BigInteger;

/**
 * {@code square}: an integer of up to {@value #MAX_DIGITS} digits; the result reads {@code "423 *
 * 423 = 178929"}. Read from the payload's text, so that no digit is lost.
 */
public final class SquareHandler implements TaskHandler {

  /** Time grows with the square of the digits; these take a quarter of a second. */
  static final int MAX_DIGITS = 100_000;

  /** Below a millisecond; what is longer has no place on an event loop. */
  static final int MAX_DIGITS_ON_LOOP = 1_000;

  /** The square of this has a place in a long. */
  static final long MAX_ROOT = 3_037_000_499L;

  private static final int MAX_DIGITS_OF_ROOT = 10;

  @Override
  public String type() {
    return "square";
  }

  @Override
  public Future<?> handle(TaskContext task) {
    String text = task.json().text().strip();
    if (!isInteger(text)) {
      throw new TaskRejected("payload must be an integer such as 423, not " + kind(text));
    }
    int digits = text.length() - (text.charAt(0) == '-' ? 1 : 0);
    if (digits > MAX_DIGITS) {
      throw new TaskRejected("payload has " + digits + " digits, square takes up to " + MAX_DIGITS);
    }
    return digits > MAX_DIGITS_ON_LOOP
        ? Vertx.currentContext().executeBlocking(() -> square(text), false)
        : Future.succeededFuture(square(text));
  }

  /** The text is JSON: a number of JSON is an integer, or has one of these letters. */
  private static boolean isInteger(String text) {
    char first = text.isEmpty() ? ' ' : text.charAt(0);
    return (first == '-' || Character.isDigit(first))
        && text.indexOf('.') < 0
        && text.indexOf('e') < 0
        && text.indexOf('E') < 0;
  }

  private static String square(String text) {
    if (text.length() <= MAX_DIGITS_OF_ROOT) {
      long number = Long.parseLong(text);
      if (Math.abs(number) <= MAX_ROOT) {
        return number + " * " + number + " = " + number * number;
      }
    }
    BigInteger number = new BigInteger(text);
    String shown = number.toString();
    return shown + " * " + shown + " = " + number.multiply(number);
  }

  private static String kind(String json) {
    return switch (json.isEmpty() ? ' ' : json.charAt(0)) {
      case '"' -> "a string";
      case '{' -> "an object";
      case '[' -> "an array";
      case 't', 'f' -> "a boolean";
      case 'n' -> "null";
      default -> "a number with a fraction or an exponent";
    };
  }
}
