package dev.errand.systemtests;

import io.vertx.core.json.JsonObject;

/** The dispatcher's ledger, as the statistics show it. */
record Books(
    long submitted,
    long scheduled,
    long queued,
    long running,
    long succeeded,
    long failed,
    long cancelled) {

  static Books of(JsonObject stats) {
    return new Books(
        stats.getLong("submitted"),
        stats.getLong("scheduled"),
        stats.getLong("queued"),
        stats.getLong("running"),
        stats.getLong("succeeded"),
        stats.getLong("failed"),
        stats.getLong("cancelled"));
  }

  /** Tasks that have not ended. */
  long open() {
    return scheduled + queued + running;
  }

  /** Tasks that have ended. */
  long ended() {
    return succeeded + failed + cancelled;
  }

  boolean addUp() {
    return submitted == open() + ended();
  }
}
