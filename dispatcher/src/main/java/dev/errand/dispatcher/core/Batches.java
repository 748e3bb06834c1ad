package dev.errand.dispatcher.core;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.TaskState;
import java.util.HashMap;
import java.util.Map;

/**
 * Tasks that are counted together, for as long as any of them is kept. Owner: the core's thread.
 */
final class Batches {

  private static final class Batch {
    final Ledger.Book book = new Ledger.Book();

    final BatchLines lines = new BatchLines();

    long kept;
    long live;
  }

  private final Map<String, Batch> batches = new HashMap<>();

  /** Id of the task that was that line; 0: none. */
  long find(BatchPlace place) {
    Batch batch = batches.get(place.batch());
    return batch == null || place.line() == 0 ? 0 : batch.lines.find(place.line());
  }

  /** The batch's first line behind that one that is a task; 0: none is. */
  long nextLine(String id, long after) {
    Batch batch = batches.get(id);
    return batch == null ? 0 : batch.lines.next(after);
  }

  /** How its tasks stand; null if it has none. */
  Ledger ledger(String id) {
    Batch batch = batches.get(id);
    return batch == null ? null : batch.book.read();
  }

  /** Whether any of its tasks has not ended. */
  boolean isLive(String id) {
    Batch batch = batches.get(id);
    return batch != null && batch.live > 0;
  }

  private Batch of(TaskSpec spec) {
    return spec.batch() == null ? null : batches.get(spec.batch().batch());
  }

  /** A task is kept, and its line taken; it does not count before its submission is durable. */
  void add(long task, BatchPlace place) {
    if (place != null) {
      Batch batch = batches.computeIfAbsent(place.batch(), any -> new Batch());
      batch.kept++;
      if (place.line() != 0) {
        batch.lines.put(place.line(), task);
      }
    }
  }

  void submitted(LiveTask task) {
    Batch batch = of(task.spec);
    if (batch != null) {
      batch.live++;
      batch.book.submitted(task.state);
    }
  }

  void recovered(BatchPlace place, TaskState state) {
    if (place != null) {
      Batch batch = batches.get(place.batch());
      batch.live += state.terminal() ? 0 : 1;
      batch.book.submitted(state);
    }
  }

  void moved(TaskSpec spec, TaskState from, TaskState to) {
    Batch batch = of(spec);
    if (batch != null) {
      batch.book.moved(from, to);
    }
  }

  /** Whether it was the batch's last. */
  boolean ended(TaskSpec spec) {
    Batch batch = of(spec);
    return batch != null && --batch.live == 0;
  }

  /** One that had ended is tried again. */
  void revived(TaskSpec spec) {
    Batch batch = of(spec);
    if (batch != null) {
      batch.live++;
    }
  }

  /** One that has ended is kept no more. */
  void forgotten(TaskSpec spec) {
    Batch batch = of(spec);
    if (batch == null) {
      return;
    }
    if (batch.lines.find(spec.batch().line()) == spec.id()) {
      batch.lines.remove(spec.batch().line());
    }
    if (--batch.kept == 0) {
      batches.remove(spec.batch().batch());
    }
  }
}
