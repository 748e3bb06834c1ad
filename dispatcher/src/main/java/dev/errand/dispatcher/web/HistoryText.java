package dev.errand.dispatcher.web;

import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.protocol.JsonBytes;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskState;
import java.util.Locale;

/**
 * What happened to a task, as JSON text: its submission, each attempt from its lease to its end,
 * manual retries, and the attempt that runs, in the order of their ends.
 */
final class HistoryText {

  private HistoryText() {}

  static byte[] of(StoredTask task) {
    JsonBytes out = new JsonBytes(512);
    out.beginObject().field("id", TaskId.text(task.spec().id())).name("events").beginArray();
    out.beginObject().field("event", "submitted").time("at", task.spec().submitted()).endObject();
    if (task.history() != null) {
      task.history().all().forEach(entry -> write(entry, out));
    }
    if (task.state() == TaskState.RUNNING && task.lease() != null) {
      out.beginObject()
          .field("event", "running")
          .time("at", task.lease().started())
          .time("from", task.lease().started())
          .field("attempt", task.tries().attempts())
          .field("worker", task.lease().worker())
          .endObject();
    }
    return out.endArray().endObject().toArray();
  }

  private static void write(HistoryEntry entry, JsonBytes out) {
    out.beginObject()
        .field("event", entry.event().name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .time("at", entry.to());
    if (entry.attempt() != 0) {
      out.time("from", entry.from())
          .field("attempt", entry.attempt())
          .field("worker", entry.worker());
    }
    if (!entry.reason().isEmpty()) {
      out.field("reason", entry.reason());
    }
    out.endObject();
  }
}
