package dev.errand.protocol;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/** Tasks to JSON and back, as the outer contract names their fields. */
public final class TaskJson {

  private TaskJson() {}

  /** The task as JSON; fields without a value are left out. */
  public static JsonObject encode(Task task) {
    JsonObject json =
        new JsonObject()
            .put("id", task.id())
            .put("type", task.type())
            .put("state", task.state().text())
            .put("attempt", task.attempts().attempt())
            .put("maxAttempts", task.attempts().most())
            .put("submittedAt", Instant.ofEpochMilli(task.times().submitted()));
    json.put("priority", task.priority());
    if (task.batch() != null) {
      json.put("batch", task.batch());
    }
    putJson(json, "payload", task.payload());
    putJson(json, "result", task.result());
    if (task.error() != null) {
      json.put(
          "error",
          new JsonObject()
              .put("kind", task.error().kind().text())
              .put("message", task.error().message())
              .put("detail", task.error().detail()));
    }
    if (task.worker() != null) {
      json.put("worker", task.worker());
    }
    putTime(json, "startedAt", task.times().started());
    putTime(json, "finishedAt", task.times().finished());
    if (task.progress() != null) {
      json.put(
          "progress",
          new JsonObject()
              .put("fraction", task.progress().fraction())
              .put("message", task.progress().message()));
    }
    if (task.waitingFor() != null) {
      json.put(
          "waitingFor",
          new JsonObject()
              .put("code", task.waitingFor().code().text())
              .put("message", task.waitingFor().message()));
    }
    return json;
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

  private static void putJson(JsonObject json, String key, Bytes value) {
    if (value != null) {
      json.put(key, Json.decodeValue(Buffer.buffer(value.copy())));
    }
  }

  private static Bytes getJson(JsonObject json, String key) {
    return json.containsKey(key)
        ? Bytes.of(Json.encodeToBuffer(json.getValue(key)).getBytes())
        : null;
  }

  private static void putTime(JsonObject json, String key, long millis) {
    if (millis != 0) {
      json.put(key, Instant.ofEpochMilli(millis));
    }
  }

  private static long getTime(JsonObject json, String key) {
    Instant time = json.getInstant(key);
    return time == null ? 0 : time.toEpochMilli();
  }
}
