package dev.errand.bench;

import io.vertx.core.json.JsonObject;

/**
 * What a client process is told to do.
 *
 * @param payload of each task
 * @param inFlight tasks at any time; with a rate, at most
 * @param rate at which tasks are submitted, a second, however many are in flight; 0: the next one
 *     is submitted as one ends
 * @param warmUpMillis for which nothing is counted
 * @param millis for which tasks are counted then
 * @param tasks at most, those of the warm-up with them
 */
record Work(Payload payload, int inFlight, long rate, long warmUpMillis, long millis, long tasks) {

  /** A system that can't keep pace must not take all of the client's heap. */
  private static final int MOST_IN_FLIGHT = 200_000;

  /** For a time. */
  static Work lasting(Payload payload, int inFlight, long warmUpMillis, long millis) {
    return new Work(payload, inFlight, 0, warmUpMillis, millis, Long.MAX_VALUE);
  }

  /** For a time, at a rate. */
  static Work paced(Payload payload, long rate, long warmUpMillis, long millis) {
    return new Work(payload, MOST_IN_FLIGHT, rate, warmUpMillis, millis, Long.MAX_VALUE);
  }

  /** As many as that, however long it takes. */
  static Work of(Payload payload, int inFlight, long tasks) {
    return new Work(payload, inFlight, 0, 0, Integer.MAX_VALUE, tasks);
  }

  static Work parse(String line) {
    JsonObject json = new JsonObject(line);
    return new Work(
        Payload.valueOf(json.getString("payload")),
        json.getInteger("inFlight"),
        json.getLong("rate"),
        json.getLong("warmUpMillis"),
        json.getLong("millis"),
        json.getLong("tasks"));
  }

  /** On a line. */
  String text() {
    return new JsonObject()
        .put("payload", payload.name())
        .put("inFlight", inFlight)
        .put("rate", rate)
        .put("warmUpMillis", warmUpMillis)
        .put("millis", millis)
        .put("tasks", tasks)
        .encode();
  }
}
