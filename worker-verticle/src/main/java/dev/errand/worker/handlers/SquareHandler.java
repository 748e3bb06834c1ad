package dev.errand.worker.handlers;

import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskHandler;
import dev.errand.worker.api.TaskRejected;
import io.vertx.core.Future;
import java.math.BigInteger;

/** {@code square}: an integer of any size; the result reads {@code "423 * 423 = 178929"}. */
public final class SquareHandler implements TaskHandler {

  /** Longer ones would hold up the event loop. */
  static final int MAX_DIGITS = 2_000;

  @Override
  public String type() {
    return "square";
  }

  @Override
  public Future<?> handle(TaskContext task) {
    String text = task.json().text().strip();
    if (text.length() > MAX_DIGITS) {
      throw new TaskRejected(
          "payload has " + text.length() + " digits, square takes up to " + MAX_DIGITS);
    }
    BigInteger number;
    try {
      number = new BigInteger(text);
    } catch (NumberFormatException e) {
      throw new TaskRejected("payload must be an integer, such as 423");
    }
    return Future.succeededFuture(number + " * " + number + " = " + number.multiply(number));
  }
}
