package dev.errand.dispatcher.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskState;
import java.util.List;

/** Ends of tasks, as a store gets them. */
public final class EndedTasks {

  private EndedTasks() {}

  public static EndedTask succeeded(long id, long finished, String payload, String result) {
    return new EndedTask(
        spec(id, payload), TaskState.SUCCEEDED, Bytes.of(result), null, 1, "w", 1, finished);
  }

  public static EndedTask failed(long id, long finished, TaskError error) {
    return new EndedTask(spec(id, "1"), TaskState.FAILED, null, error, 1, "w", 1, finished);
  }

  private static TaskSpec spec(long id, String payload) {
    return new TaskSpec(id, "any", Bytes.of(payload), 0, 1, 1, 1);
  }

  /** One turn's changes. */
  public static Changes changes(EndedTask... ended) {
    Changes changes = new Changes(1);
    changes.ended().addAll(List.of(ended));
    return changes;
  }
}
