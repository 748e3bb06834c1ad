package dev.errand.bench;

import io.vertx.core.json.JsonObject;

/**
 * What a {@link StoreClient} is told to do.
 *
 * @param watched whether each task is awaited; else it is one for which there is no worker, and
 *     counts when it is accepted
 * @param inFlight tasks at any time
 * @param warmUpMillis for which nothing is counted
 * @param millis for which tasks are counted then
 * @param tasks at most, those of the warm-up with them
 */
record Work(boolean watched, int inFlight, long warmUpMillis, long millis, long tasks) {

  /** For a time. */
  static Work lasting(int inFlight, long warmUpMillis, long millis) {
    return new Work(true, inFlight, warmUpMillis, millis, Long.MAX_VALUE);
  }

  /** As many as that, however long it takes. */
  static Work of(boolean watched, int inFlight, long tasks) {
    return new Work(watched, inFlight, 0, Integer.MAX_VALUE, tasks);
  }

  static Work parse(String line) {
    JsonObject json = new JsonObject(line);
    return new Work(
        json.getBoolean("watched"),
        json.getInteger("inFlight"),
        json.getLong("warmUpMillis"),
        json.getLong("millis"),
        json.getLong("tasks"));
  }

  /** On a line. */
  String text() {
    return new JsonObject()
        .put("watched", watched)
        .put("inFlight", inFlight)
        .put("warmUpMillis", warmUpMillis)
        .put("millis", millis)
        .put("tasks", tasks)
        .encode();
  }
}
