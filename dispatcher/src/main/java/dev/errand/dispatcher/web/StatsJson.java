package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Snapshot;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.dispatcher.core.WorkerView;
import dev.errand.dispatcher.figures.Demand;
import dev.errand.dispatcher.figures.Latencies;
import dev.errand.dispatcher.figures.NodeState;
import dev.errand.dispatcher.figures.Percentiles;
import dev.errand.dispatcher.figures.Rates;
import dev.errand.dispatcher.figures.Reading;
import dev.errand.dispatcher.figures.TypeFigures;
import dev.errand.dispatcher.figures.Verdict;
import dev.errand.dispatcher.figures.WorkerError;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.frame.Credit;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;

/** Figures as JSON. Of any thread. */
final class StatsJson {

  /** Types that stand in all figures, which are sent each second: there may be 10,000. */
  static final int MOST_TYPES = 200;

  private StatsJson() {}

  /**
   * All figures; of more than {@value #MOST_TYPES} types only of {@link Reading#busiest}.
   *
   * @param omitted task changes that were left out of the events since the last figures there
   */
  static JsonObject encode(Reading reading, long omitted) {
    Snapshot snapshot = reading.snapshot();
    JsonObject json =
        new JsonObject()
            .put("seq", reading.seq())
            .put("at", Instant.ofEpochMilli(reading.millis()))
            .put("verdict", encode(reading.verdict()));
    encode(snapshot.ledger(), json);
    encode(reading.totals(), json);
    JsonArray lost = new JsonArray();
    reading.lost().forEach(worker -> lost.add(encode(worker)));
    return json.put("types", types(reading, reading.busiest(MOST_TYPES)))
        .put("typeCount", snapshot.types().size())
        .put("workers", workers(reading))
        .put("lostWorkers", lost)
        .put("clients", snapshot.clients())
        .put(
            "frames",
            new JsonObject()
                .put("malformed", snapshot.counters().malformed())
                .put("stale", snapshot.counters().stale())
                .put("unknown", snapshot.counters().unknown()))
        .put("store", store(reading))
        .put("cluster", cluster(reading.node()))
        .put("omitted", omitted);
  }

  private static void encode(Ledger ledger, JsonObject json) {
    json.put("submitted", ledger.submitted())
        .put("scheduled", ledger.scheduled())
        .put("queued", ledger.queued())
        .put("running", ledger.running())
        .put("succeeded", ledger.succeeded())
        .put("failed", ledger.failed())
        .put("cancelled", ledger.cancelled());
  }

  private static JsonObject encode(Verdict verdict) {
    JsonObject json =
        new JsonObject()
            .put("ok", verdict.ok())
            .put("code", verdict.code().text())
            .put("message", verdict.message());
    return verdict.ok() ? json : json.put("cause", verdict.cause()).put("remedy", verdict.remedy());
  }

  private static void encode(TypeFigures figures, JsonObject json) {
    json.put(
            "rates",
            new JsonObject()
                .put("last10s", encode(figures.last10s()))
                .put("lastMinute", encode(figures.lastMinute())))
        .put("latencies", encode(figures.latencies()));
  }

  private static JsonObject encode(Rates rates) {
    return new JsonObject()
        .put("submitted", tenths(rates.submitted()))
        .put("ended", tenths(rates.ended()))
        .put("failedAttempts", tenths(rates.failedAttempts()));
  }

  static double tenths(double value) {
    return Math.round(value * 10) / 10.0;
  }

  private static JsonObject encode(Latencies latencies) {
    return new JsonObject()
        .put("wait", encode(latencies.waits()))
        .put("run", encode(latencies.runs()))
        .put("total", encode(latencies.totals()));
  }

  private static JsonObject encode(Percentiles times) {
    return new JsonObject().put("p50Millis", times.p50()).put("p99Millis", times.p99());
  }

  /** Those types, as {@code GET /api/v1/types} shows them. */
  static JsonArray types(Reading reading, List<TypeView> shown) {
    JsonArray types = new JsonArray();
    shown.forEach(type -> types.add(encode(type, reading.figures(type))));
    return types;
  }

  /** One type. */
  static JsonObject encode(TypeView type, TypeFigures figures) {
    JsonObject json =
        new JsonObject()
            .put("type", type.type())
            .put("queued", type.queued())
            .put("running", type.running())
            .put("stopping", type.zombies())
            .put("paused", type.settings().paused())
            .put("limit", type.settings().limit());
    if (type.settings().since() != 0) {
      json.put("since", Instant.ofEpochMilli(type.settings().since()));
    }
    json.put("oldestMillis", type.oldestMillis())
        .put("workers", type.workers())
        .put("slots", type.capacity().slots())
        .put("free", type.capacity().free());
    encode(figures, json);
    return json;
  }

  /** What {@code GET /api/v1/workers} shows. */
  static JsonArray workers(Reading reading) {
    JsonArray workers = new JsonArray();
    reading.snapshot().workers().forEach(worker -> workers.add(encode(worker, reading)));
    return workers;
  }

  /** One worker. */
  static JsonObject encode(WorkerView worker, Reading reading) {
    JsonObject json = new JsonObject().put("id", worker.id()).put("name", worker.name());
    NodeState.Member member = reading.node().members().get(worker.nodeId());
    if (member != null) {
      encode(member, json);
    }
    json.put("types", new JsonArray(worker.types()))
        .put("labels", new JsonObject(new LinkedHashMap<>(worker.labels())))
        .put("slots", encode(worker.slots()))
        .put("used", encode(worker.used()))
        .put("running", worker.running())
        .put("heardMillisAgo", worker.heardMillisAgo())
        .put("draining", worker.draining());
    WorkerError error = reading.errors().get(worker.id());
    return error == null ? json : json.put("lastError", encode(error));
  }

  private static void encode(NodeState.Member member, JsonObject json) {
    json.put("address", member.address()).put("host", member.host());
    if (member.version() != null) {
      json.put("version", member.version());
    }
    if (member.certificateEnd() != null) {
      json.put("certificateEnds", member.certificateEnd());
    }
  }

  private static JsonObject encode(Credit slots) {
    return new JsonObject().put("blocking", slots.blocking()).put("eventLoop", slots.eventLoop());
  }

  private static JsonObject encode(WorkerError error) {
    return new JsonObject()
        .put("at", Instant.ofEpochMilli(error.millis()))
        .put("task", TaskId.text(error.task()))
        .put("type", error.type())
        .put("kind", error.error().kind().text())
        .put("message", EventText.cut(error.error().message()));
  }

  private static JsonObject encode(Reading.LostWorker worker) {
    return new JsonObject()
        .put("id", worker.id())
        .put("name", worker.name())
        .put("lostAt", Instant.ofEpochMilli(worker.millis()));
  }

  private static JsonObject store(Reading reading) {
    Snapshot.Store store = reading.snapshot().store();
    JsonObject json =
        new JsonObject()
            .put("kind", reading.node().store())
            .put("ok", store.failure() == null && store.full() == null)
            .put("lagMillis", store.lagMillis());
    if (store.space() != null) {
      json.put("bytes", store.space().bytes()).put("freeBytes", store.space().freeBytes());
    }
    if (store.failure() != null) {
      json.put("problem", String.valueOf(store.failure().getMessage()));
    } else if (store.full() != null) {
      json.put("problem", store.full());
    }
    return json;
  }

  private static JsonObject cluster(NodeState node) {
    JsonObject json =
        new JsonObject()
            .put("whole", node.whole())
            .put("members", members(node))
            .put("apart", new JsonArray(node.apart()))
            .put("refusing", new JsonArray(node.refusing()))
            .put("refusedConnections", node.safety().refusedConnections());
    if (node.safety().certificateEnd() != null) {
      json.put("certificateEnds", node.safety().certificateEnd());
    }
    if (node.safety().httpCertificateEnd() != null) {
      json.put("httpCertificateEnds", node.safety().httpCertificateEnd());
    }
    return json;
  }

  private static JsonArray members(NodeState node) {
    return new JsonArray(
        node.members().values().stream().map(NodeState.Member::address).sorted().toList());
  }

  /** Flat numbers for autoscalers. */
  static JsonObject encode(Demand demand) {
    return new JsonObject()
        .put("type", demand.type())
        .put("backlog", demand.backlog())
        .put("running", demand.running())
        .put("workers", demand.workers())
        .put("slots", demand.slots())
        .put("workersWanted", demand.workersWanted());
  }
}
