package dev.errand.dispatcher.core;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which task each line of a batch is. Lines that came one behind the other have ids that follow one
 * another, as far as they came within a millisecond: they are kept as one run, so that a file of
 * millions takes little. Owner: the core's thread.
 */
final class BatchLines {

  /** Lines and ids that follow one another, from the key on. */
  private record Run(long id, long length) {}

  private final TreeMap<Long, Run> runs = new TreeMap<>();

  /** Id of the task that is that line; 0: none. */
  long find(long line) {
    Map.Entry<Long, Run> entry = runs.floorEntry(line);
    long place = entry == null ? 0 : line - entry.getKey();
    return entry == null || place >= entry.getValue().length ? 0 : entry.getValue().id + place;
  }

  /** The first line behind that one that is a task; 0: none is. */
  long next(long after) {
    if (find(after + 1) != 0) {
      return after + 1;
    }
    Long next = runs.higherKey(after);
    return next == null ? 0 : next;
  }

  /** That line, which was none, is that task. */
  void put(long line, long id) {
    Map.Entry<Long, Run> before = runs.lowerEntry(line);
    if (before != null) {
      long length = before.getValue().length;
      if (before.getKey() + length == line && before.getValue().id + length == id) {
        runs.put(before.getKey(), new Run(before.getValue().id, length + 1));
        return;
      }
    }
    runs.put(line, new Run(id, 1));
  }

  /** That line is none any more. */
  void remove(long line) {
    Map.Entry<Long, Run> entry = runs.floorEntry(line);
    long place = entry == null ? 0 : line - entry.getKey();
    if (entry == null || place >= entry.getValue().length) {
      return;
    }
    Run run = entry.getValue();
    long left = run.length - place - 1;
    if (place == 0) {
      runs.remove(entry.getKey());
    } else {
      runs.put(entry.getKey(), new Run(run.id, place));
    }
    if (left > 0) {
      runs.put(line + 1, new Run(run.id + place + 1, left));
    }
  }

  /** Runs that are kept. */
  int runs() {
    return runs.size();
  }
}
