package dev.errand.worker;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.JsonText;
import dev.errand.protocol.TaskError;
import dev.errand.worker.api.TaskRejected;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.Json;

/** What a handler returned or threw, as a result or an error. */
final class Outcomes {

  private static final int MAX_FRAMES = 12;
  private static final int MAX_CAUSES = 3;

  private Outcomes() {}

  /** One of both is null. */
  record Ending(Bytes result, TaskError error) {

    static Ending failed(TaskError error) {
      return new Ending(null, error);
    }
  }

  /** The returned value as JSON, or why it can't be the result. */
  static Ending returned(Object value, int limit) {
    Bytes json;
    if (value instanceof Bytes bytes) {
      String problem = JsonText.problem(bytes);
      if (problem != null) {
        return invalid("the handler's result " + problem);
      }
      json = bytes;
    } else {
      try {
        json = Bytes.of(Json.encodeToBuffer(value).getBytes());
      } catch (EncodeException | StackOverflowError e) {
        return invalid(
            "the handler's result of class "
                + value.getClass().getName()
                + " can't become JSON: "
                + line(e));
      }
    }
    if (json.length() > limit) {
      return Ending.failed(
          new TaskError(
              ErrorKind.RESULT_TOO_LARGE,
              "the result has " + json.length() + " bytes, limits.result allows " + limit));
    }
    return new Ending(json, null);
  }

  private static Ending invalid(String message) {
    return Ending.failed(new TaskError(ErrorKind.RESULT_INVALID, message));
  }

  /** What was thrown as an error. */
  static Ending threw(Throwable thrown) {
    ErrorKind kind = thrown instanceof TaskRejected ? ErrorKind.REJECTED : ErrorKind.HANDLER;
    return Ending.failed(new TaskError(kind, line(thrown), trace(thrown)));
  }

  private static String line(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null || message.isBlank()
        ? thrown.getClass().getName()
        : message.replaceAll("\\s+", " ");
  }

  private static String trace(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    Throwable cause = thrown;
    for (int i = 0; i < MAX_CAUSES && cause != null; i++, cause = cause.getCause()) {
      text.append(i == 0 ? "" : "caused by ").append(cause.getClass().getName()).append(": ");
      text.append(line(cause)).append('\n').append(top(cause.getStackTrace()));
    }
    return text.toString();
  }

  /** The top of a stack, a line a frame. */
  static String top(StackTraceElement[] stack) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(MAX_FRAMES, stack.length); i++) {
      text.append("  at ").append(stack[i]).append('\n');
    }
    return text.toString();
  }
}
