package dev.errand.protocol;

/**
 * A task as JSON text, as the outer contract names its fields; those without a value are left out.
 * Payload and result are as they came, byte for byte.
 */
public final class TaskText {

  private static final int LIKELY = 512;

  /** How much of a task is told. */
  public enum Part {
    /** All of it. */
    WHOLE,
    /** All but the payload. */
    OUTCOME,
    /** All but payload and result. */
    HEAD
  }

  private TaskText() {}

  /** All of a task. */
  public static byte[] of(Task task) {
    JsonBytes out = new JsonBytes(LIKELY + length(task.payload()) + length(task.result()));
    write(task, Part.WHOLE, 0, out);
    return out.toArray();
  }

  private static int length(Bytes value) {
    return value == null ? 0 : value.length();
  }

  /**
   * Writes a task.
   *
   * @param line its number in its batch; 0: it is not told
   */
  public static void write(Task task, Part part, long line, JsonBytes out) {
    out.beginObject()
        .field("id", task.id())
        .field("type", task.type())
        .field("state", task.state().text());
    if (part == Part.WHOLE) {
      out.field("payload", task.payload());
    }
    if (part != Part.HEAD) {
      out.field("result", task.result());
    }
    error(task.error(), out);
    out.field("priority", task.priority())
        .field("attempt", task.attempt())
        .field("maxAttempts", task.attempts().most())
        .field("worker", task.worker());
    progress(task.progress(), out);
    out.field("batch", task.batch());
    if (line != 0) {
      out.field("line", line);
    }
    out.time("submittedAt", task.times().submitted())
        .time("startedAt", task.times().started())
        .time("finishedAt", task.times().finished());
    waitingFor(task.waitingFor(), out);
    out.endObject();
  }

  private static void error(TaskError error, JsonBytes out) {
    if (error != null) {
      out.name("error")
          .beginObject()
          .field("kind", error.kind().text())
          .field("message", error.message())
          .field("detail", error.detail())
          .endObject();
    }
  }

  private static void progress(Progress progress, JsonBytes out) {
    if (progress != null) {
      out.name("progress")
          .beginObject()
          .name("fraction")
          .number(progress.fraction())
          .field("message", progress.message())
          .endObject();
    }
  }

  private static void waitingFor(WaitingFor waiting, JsonBytes out) {
    if (waiting != null) {
      out.name("waitingFor")
          .beginObject()
          .field("code", waiting.code().text())
          .field("message", waiting.message())
          .endObject();
    }
  }
}
