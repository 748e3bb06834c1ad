package dev.errand.worker;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;

/**
 * What an attempt came to; one of both is null.
 *
 * @param result JSON
 * @param error why there is none
 */
record Ending(Bytes result, TaskError error) {

  /** Made beforehand: when it is needed there may be no memory for it. */
  private static final Ending BEYOND_WORDS =
      failed(ErrorKind.HANDLER, "the handler failed, and so did the worker that looked why");

  static Ending succeeded(Bytes result) {
    return new Ending(result, null);
  }

  static Ending failed(ErrorKind kind, String message) {
    return failed(new TaskError(kind, message));
  }

  static Ending failed(TaskError error) {
    return new Ending(null, error);
  }

  /**
   * Of a handler that returned this, or whose future completed with it. Never throws.
   *
   * @param limit for the result, in bytes
   */
  static Ending returned(Object value, int limit) {
    try {
      return ResultJson.of(value, limit);
    } catch (Throwable e) {
      return threw(e);
    }
  }

  /** Of a handler that threw this, or whose future failed with it. Never throws. */
  static Ending threw(Throwable thrown) {
    try {
      return failed(Failure.of(thrown));
    } catch (Throwable e) {
      return BEYOND_WORDS;
    }
  }
}
