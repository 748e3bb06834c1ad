package dev.errand.protocol;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/** Tasks to JSON and back, as the outer contract names their fields. */
public final class TaskJson {

  private TaskJson() {}

  /**
   * The task as JSON; fields without a value are left out.
   *
   * @throws io.vertx.core.json.DecodeException if payload or result do not fit into a JsonObject
   */
  public static JsonObject encode(Task task) {
    return new JsonObject(Buffer.buffer(TaskText.of(task)));
  }

  /**
   * The task that {@link #encode} gave; unknown fields are ignored.
   *
   * @throws RuntimeException if a known field is missing or has another type
   */
  public static Task decode(JsonObject json) {
    JsonObject error = json.getJsonObject("error");
    JsonObject progress = json.getJsonObject("progress");
    JsonObject waiting = json.getJsonObject("waitingFor");
    return new Task(
        json.getString("id"),
        json.getString("type"),
        TaskState.of(json.getString("state")),
        getJson(json, "payload"),
        getJson(json, "result"),
        error == null
            ? null
            : new TaskError(
                ErrorKind.of(error.getString("kind")),
                error.getString("message"),
                error.getString("detail")),
        new Task.Attempts(
            json.getInteger("attempt"), json.getInteger("maxAttempts"), json.getString("worker")),
        new Task.Times(
            getTime(json, "submittedAt"), getTime(json, "startedAt"), getTime(json, "finishedAt")),
        json.getInteger("priority", Terms.USUAL_PRIORITY),
        json.getString("batch"),
        progress == null
            ? null
            : new Progress(progress.getDouble("fraction"), progress.getString("message")),
        waiting == null
            ? null
            : new WaitingFor(
                WaitingFor.Code.of(waiting.getString("code")), waiting.getString("message")));
  }

  private static Bytes getJson(JsonObject json, String key) {
    return json.containsKey(key)
        ? Bytes.of(Json.encodeToBuffer(json.getValue(key)).getBytes())
        : null;
  }

  private static long getTime(JsonObject json, String key) {
    Instant time = json.getInstant(key);
    return time == null ? 0 : time.toEpochMilli();
  }
}
