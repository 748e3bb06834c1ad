package dev.errand.dispatcher.web;

import java.util.HashMap;
import java.util.Map;

/** To which batches lines are coming just now. On the event loop. */
final class OpenUploads {

  private final Map<String, Integer> counts = new HashMap<>();

  void begin(String batch) {
    counts.merge(batch, 1, Integer::sum);
  }

  void end(String batch) {
    counts.computeIfPresent(batch, (id, count) -> count == 1 ? null : count - 1);
  }

  boolean has(String batch) {
    return counts.containsKey(batch);
  }
}
