package dev.errand.dispatcher.core;

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

  /** One turn's changes. */
  public static Changes changes(StoredTask... ended) {
    Changes changes = new Changes(1, ended.length);
    for (StoredTask each : ended) {
      changes.add(each);
    }
    return changes;
  }
}
