package dev.errand.bench;

import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * A system's speed in one case.
 *
 * @param perSecond tasks
 * @param p50 of the time from a submission to its end, in milliseconds
 * @param p99 the same
 * @param ratio of Errand's tasks a second to these; null where there is nothing to compare
 */
record Speed(
    Contender system, SpeedCase of, Figure perSecond, Figure p50, Figure p99, Figure ratio) {

  private static final String ROW = "%-26s %-24s %12s %12s %12s %10s %10s %10s";

  static String head() {
    return String.format(ROW, "", "", "tasks/s", "min", "max", "p50 ms", "p99 ms", "Errand is");
  }

  /** A line of the table. */
  String row() {
    return String.format(
        ROW,
        system,
        of.text(),
        whole(perSecond.median()),
        whole(perSecond.min()),
        whole(perSecond.max()),
        millis(p50),
        millis(p99),
        ratio == null ? "" : String.format(Locale.ROOT, "%,.2f x", ratio.median()));
  }

  private static String whole(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private static String millis(Figure figure) {
    return String.format(Locale.ROOT, "%,.3f", figure.median());
  }

  /** The same as JSON, on a line. */
  String json() {
    return new JsonObject()
        .put("system", system.toString())
        .put("case", of.text())
        .put("tasks_per_s", rounded(perSecond.median()))
        .put("p50_ms", rounded(p50.median()))
        .put("p99_ms", rounded(p99.median()))
        .put("min", rounded(perSecond.min()))
        .put("max", rounded(perSecond.max()))
        .put("ratio", ratio == null ? null : rounded(ratio.median()))
        .encode();
  }

  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }

  /** The line of a system without figures. */
  static String absentRow(Contender system, String why) {
    return String.format("%-26s %s", system, why);
  }

  /** The same as JSON, on a line. */
  static String absentJson(Contender system, String why) {
    return new JsonObject().put("system", system.toString()).put("absent", why).encode();
  }
}
