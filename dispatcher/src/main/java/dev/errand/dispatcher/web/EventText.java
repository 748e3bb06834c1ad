package dev.errand.dispatcher.web;

import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.WorkerChange;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskState;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;

/** Events as text of a {@code text/event-stream}. */
final class EventText {

  private static final int MOST_MESSAGE = 300;

  private EventText() {}

  static Buffer event(String name, long id, Buffer data) {
    return Buffer.buffer("id: " + id + "\n").appendBuffer(event(name, data));
  }

  /** One that is no place to resume from. */
  static Buffer event(String name, Buffer data) {
    return Buffer.buffer("event: " + name + "\ndata: ").appendBuffer(data).appendString("\n\n");
  }

  static Buffer task(long id, StoredTask task) {
    return event("task", id, json(task).toBuffer());
  }

  private static JsonObject json(StoredTask task) {
    JsonObject json =
        new JsonObject()
            .put("id", TaskId.text(task.spec().id()))
            .put("type", task.spec().type())
            .put("state", task.state().text())
            .put("attempt", task.tries().attempts())
            .put("submittedAt", Instant.ofEpochMilli(task.spec().submitted()));
    HistoryEntry last = task.history();
    boolean ends = last != null && last.attempt() > 0 && last.attempt() == task.tries().attempts();
    if (task.state() == TaskState.RUNNING) {
      lease(task.lease(), json);
    } else if (ends) {
      lease(task.lease(), json);
      json.put("outcome", last.event().name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .put("endedAt", Instant.ofEpochMilli(last.to()));
    }
    if (task.state().terminal()) {
      json.put("finishedAt", Instant.ofEpochMilli(task.due()));
    }
    if (task.error() != null) {
      json.put(
          "error",
          new JsonObject()
              .put("kind", task.error().kind().text())
              .put("message", cut(task.error().message())));
    }
    return json;
  }

  /** Of the attempt that begins or ends. */
  private static void lease(StoredTask.LastLease lease, JsonObject json) {
    json.put("worker", lease.worker())
        .put("workerId", Long.toHexString(lease.owner()))
        .put("startedAt", Instant.ofEpochMilli(lease.started()));
  }

  static String cut(String text) {
    if (text.length() <= MOST_MESSAGE) {
      return text;
    }
    boolean half = Character.isHighSurrogate(text.charAt(MOST_MESSAGE - 1));
    return text.substring(0, half ? MOST_MESSAGE - 1 : MOST_MESSAGE) + "…";
  }

  static Buffer worker(long id, WorkerChange change) {
    return event(
        "worker",
        id,
        new JsonObject()
            .put("id", change.id())
            .put("name", change.name())
            .put("change", change.kind().name().toLowerCase(Locale.ROOT))
            .toBuffer());
  }

  static Buffer action(Actions.Action action) {
    return event("action", action.seq(), json(action).toBuffer());
  }

  static JsonObject json(Actions.Action action) {
    JsonObject json =
        new JsonObject()
            .put("seq", action.seq())
            .put("at", Instant.ofEpochMilli(action.millis()))
            .put("who", action.who())
            .put("action", action.what())
            .put("subject", action.subject());
    return action.task() == null ? json : json.put("task", action.task());
  }
}
