package dev.errand.dispatcher.core;

import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;
import java.util.Map;

/** Ends of tasks, as a store gets them. */
public final class EndedTasks {

  private EndedTasks() {}

  public static StoredTask succeeded(long id, long finished, String payload, String result) {
    return ended(spec(id, payload), TaskState.SUCCEEDED, Bytes.of(result), null, finished);
  }

  public static StoredTask failed(long id, long finished, TaskError error) {
    return ended(spec(id, "1"), TaskState.FAILED, null, error, finished);
  }

  private static TaskSpec spec(long id, String payload) {
    return new TaskSpec(
        id, "any", Bytes.of(payload), new Terms(0, 1, 1, 4, 0, 0, Map.of()), null, null, 1);
  }

  /** An end after one attempt. */
  public static StoredTask ended(
      TaskSpec spec, TaskState state, Bytes result, TaskError error, long finished) {
    return new StoredTask(
        spec,
        state,
        1,
        new Tries(1, 1, 0, 0),
        new StoredTask.LastLease(1, 1, "w", 1, 1, false),
        result,
        error,
        finished,
        null);
  }

  /** A task that has not been tried, and is in that state. */
  public static StoredTask live(long id, TaskState state) {
    return new StoredTask(
        spec(id, "1"), state, 1, new Tries(1, 0, 0, 0), null, null, null, 0, null);
  }

  /** An end in that batch. */
  public static StoredTask inBatch(String batch, long id, long finished) {
    TaskSpec spec =
        new TaskSpec(id, "any", Bytes.of("1"), Terms.NONE, null, new BatchPlace(batch, id), 1);
    return ended(spec, TaskState.SUCCEEDED, Bytes.of("1"), null, finished);
  }

  /** The same task, tried again. */
  public static StoredTask retried(StoredTask ended) {
    return new StoredTask(
        ended.spec(),
        TaskState.QUEUED,
        ended.due(),
        ended.tries().again(),
        ended.lease(),
        null,
        null,
        0,
        null);
  }

  /** What a core tells the store when a task that ended so is tried again. */
  public static Changes retry(StoredTask ended) {
    Changes changes = urgent(retried(ended));
    changes.retry(ended);
    return changes;
  }

  /** The end of its batch's last task. */
  public static Changes endOf(String batch) {
    Changes changes = new Changes(1, 0);
    changes.endBatch(batch);
    return changes;
  }

  /** One turn's changes that have to be forced to disk. */
  public static Changes urgent(StoredTask... tasks) {
    Changes changes = changes(tasks);
    changes.hurry();
    return changes;
  }

  /** One turn's changes. */
  public static Changes changes(StoredTask... ended) {
    Changes changes = new Changes(1, ended.length);
    for (StoredTask each : ended) {
      changes.add(each);
    }
    return changes;
  }
}
