package dev.errand.bench;

import io.vertx.core.json.JsonObject;

/**
 * What came of some {@link Work}.
 *
 * @param tasks that were counted
 * @param nanos in which they ended
 * @param p50 of the time from a submission to its end, in nanoseconds
 * @param p99 the same
 */
record Tally(long tasks, long nanos, double p50, double p99) {

  static Tally parse(String line) {
    JsonObject json = new JsonObject(line);
    return new Tally(
        json.getLong("tasks"), json.getLong("nanos"), json.getDouble("p50"), json.getDouble("p99"));
  }

  /** On a line. */
  String text() {
    return new JsonObject()
        .put("tasks", tasks)
        .put("nanos", nanos)
        .put("p50", p50)
        .put("p99", p99)
        .encode();
  }

  double perSecond() {
    return tasks * 1e9 / nanos;
  }
}
