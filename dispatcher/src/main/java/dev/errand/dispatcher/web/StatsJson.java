package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Snapshot;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.dispatcher.core.WorkerView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;

/** A snapshot as {@code GET /api/v1/stats} shows it. */
final class StatsJson {

  private StatsJson() {}

  static JsonObject encode(Snapshot snapshot) {
    Ledger ledger = snapshot.ledger();
    JsonArray types = new JsonArray();
    snapshot.types().forEach(type -> types.add(encode(type)));
    JsonArray workers = new JsonArray();
    snapshot.workers().forEach(worker -> workers.add(encode(worker)));
    return new JsonObject()
        .put("submitted", ledger.submitted())
        .put("scheduled", ledger.scheduled())
        .put("queued", ledger.queued())
        .put("running", ledger.running())
        .put("succeeded", ledger.succeeded())
        .put("failed", ledger.failed())
        .put("cancelled", ledger.cancelled())
        .put("types", types)
        .put("workers", workers)
        .put("clients", snapshot.clients())
        .put(
            "frames",
            new JsonObject()
                .put("malformed", snapshot.counters().malformed())
                .put("stale", snapshot.counters().stale()));
  }

  private static JsonObject encode(TypeView type) {
    return new JsonObject()
        .put("type", type.type())
        .put("queued", type.queued())
        .put("running", type.running())
        .put("stopping", type.zombies())
        .put("paused", type.settings().paused())
        .put("limit", type.settings().limit())
        .put("oldestMillis", type.oldestMillis())
        .put("workers", type.workers());
  }

  private static JsonObject encode(WorkerView worker) {
    return new JsonObject()
        .put("id", worker.id())
        .put("name", worker.name())
        .put("types", new JsonArray(worker.types()))
        .put("labels", new JsonObject(new LinkedHashMap<>(worker.labels())))
        .put(
            "slots",
            new JsonObject()
                .put("blocking", worker.slots().blocking())
                .put("eventLoop", worker.slots().eventLoop()))
        .put("running", worker.running())
        .put("heardMillisAgo", worker.heardMillisAgo())
        .put("draining", worker.draining());
  }
}
