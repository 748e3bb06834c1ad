package dev.errand.command.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A dispatcher's statistics for people. What an older or newer one does not tell is left empty. */
final class StatusText {

  private static final String NOTHING = "-";
  private static final double SECOND_MILLIS = 1_000;
  private static final double MINUTE_SECONDS = 60;
  private static final double HOUR_SECONDS = 3_600;
  private static final List<String> LEDGER =
      List.of("submitted", "scheduled", "queued", "running", "succeeded", "failed", "cancelled");

  private StatusText() {}

  static String of(JsonObject stats) {
    return verdict(stats) + "\n" + ledger(stats) + "\n" + types(stats) + "\n" + workers(stats);
  }

  private static String verdict(JsonObject stats) {
    if (!(stats.getValue("verdict") instanceof JsonObject verdict)) {
      return "no verdict\n";
    }
    StringBuilder text = new StringBuilder(verdict.getBoolean("ok", false) ? "ok" : "NOT OK");
    text.append(part(" (", verdict, "code", ")"))
        .append(part(": ", verdict, "message", ""))
        .append(part("\n  why:  ", verdict, "cause", ""))
        .append(part("\n  cure: ", verdict, "remedy", ""));
    return text.append('\n').toString();
  }

  private static String part(String before, JsonObject json, String name, String after) {
    Object value = json.getValue(name);
    return value == null || value.toString().isBlank() ? "" : before + Visible.text(value) + after;
  }

  private static String ledger(JsonObject stats) {
    Table table = new Table(LEDGER.toArray(String[]::new));
    table.row(LEDGER.stream().map(name -> stats.getValue(name, NOTHING)).toArray());
    return table.text();
  }

  private static String types(JsonObject stats) {
    Table table =
        new Table("TYPE", "queued", "running", "oldest", "rate", "workers", "paused", "limit");
    for (JsonObject type : objects(stats, "types")) {
      table.row(
          type.getString("type", NOTHING),
          type.getValue("queued", NOTHING),
          type.getValue("running", NOTHING),
          time(type.getValue("oldestMillis")),
          rate(type),
          type.getValue("workers", NOTHING),
          Boolean.TRUE.equals(type.getValue("paused")) ? "paused" : NOTHING,
          limit(type.getValue("limit")));
    }
    return table.text() + more(stats, objects(stats, "types").size());
  }

  /** Of many types the dispatcher tells only the busiest. */
  private static String more(JsonObject stats, int shown) {
    return stats.getValue("typeCount") instanceof Number all && all.longValue() > shown
        ? "and " + (all.longValue() - shown) + " more types, which have less to do\n"
        : "";
  }

  private static String workers(JsonObject stats) {
    Table table =
        new Table("WORKER", "ID", "running", "slots", "loop slots", "heard", "STATE", "TYPES");
    for (JsonObject worker : objects(stats, "workers")) {
      JsonObject slots = worker.getJsonObject("slots", new JsonObject());
      table.row(
          worker.getString("name", NOTHING),
          worker.getString("id", NOTHING),
          worker.getValue("running", NOTHING),
          slots.getValue("blocking", NOTHING),
          slots.getValue("eventLoop", NOTHING),
          time(worker.getValue("heardMillisAgo")),
          Boolean.TRUE.equals(worker.getValue("draining")) ? "draining" : "up",
          worker.getJsonArray("types", new JsonArray()).stream()
              .map(String::valueOf)
              .collect(Collectors.joining(",")));
    }
    return table.text();
  }

  private static List<JsonObject> objects(JsonObject stats, String name) {
    List<JsonObject> objects = new ArrayList<>();
    for (Object each : stats.getJsonArray(name, new JsonArray())) {
      if (each instanceof JsonObject json) {
        objects.add(json);
      }
    }
    return objects;
  }

  private static String limit(Object limit) {
    return limit instanceof Number number && number.longValue() > 0 ? limit.toString() : NOTHING;
  }

  /** How many of its tasks end. */
  private static String rate(JsonObject type) {
    JsonObject rates = type.getJsonObject("rates", new JsonObject());
    Object ended = rates.getJsonObject("last10s", new JsonObject()).getValue("ended");
    return ended instanceof Number number
        ? String.format(Locale.ROOT, "%.1f/s", number.doubleValue())
        : NOTHING;
  }

  private static String time(Object millis) {
    if (!(millis instanceof Number number) || number.longValue() < 0) {
      return NOTHING;
    }
    double seconds = number.longValue() / SECOND_MILLIS;
    if (seconds < MINUTE_SECONDS) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    return seconds < HOUR_SECONDS
        ? String.format(Locale.ROOT, "%.0f min", seconds / MINUTE_SECONDS)
        : String.format(Locale.ROOT, "%.1f h", seconds / HOUR_SECONDS);
  }
}
