package dev.errand.protocol.frame;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.Terms;

/**
 * The end of a task that a client watches.
 *
 * @param id of the task
 * @param task how it ended, without its payload; null: the dispatcher knows no such task
 */
public record Done(long id, Task task) {

  /** Beside the state: what few tasks have follows. */
  private static final int MORE = 128;

  /** Adds it to a batch of {@link FrameKind#DONE}. */
  public void write(BatchWriter batch) {
    FrameWriter out = batch.entry();
    out.i64(id);
    if (task == null) {
      out.u8(0);
      return;
    }
    boolean more = task.priority() != Terms.USUAL_PRIORITY || task.batch() != null;
    out.u8(task.state().ordinal() | (more ? MORE : 0));
    if (more) {
      out.u8(task.priority());
      batch.name(task.batch() == null ? "" : task.batch());
    }
    batch.name(task.type());
    out.varint(task.attempts().attempt()).varint(task.attempts().most());
    batch.name(task.worker() == null ? "" : task.worker());
    out.varint(task.times().submitted());
    out.varint(task.times().started());
    out.varint(task.times().finished());
    if (task.state() == TaskState.CANCELLED) {
      return;
    }
    Outcome.writeEnd(batch, task.result(), task.error());
  }

  /** Reads the next one. */
  public static Done read(BatchReader batch) throws MalformedFrameException {
    FrameReader in = batch.in();
    long id = in.i64();
    int code = in.u8();
    if (code == 0) {
      return new Done(id, null);
    }
    int priority = (code & MORE) != 0 ? in.u8() : Terms.USUAL_PRIORITY;
    String place = (code & MORE) != 0 ? batch.name() : "";
    TaskState state = TaskState.of(code & ~MORE);
    if (state == null || !state.terminal()) {
      throw new MalformedFrameException("not a terminal state");
    }
    String type = batch.name();
    int attempt = in.varint(Integer.MAX_VALUE);
    int most = in.varint(Integer.MAX_VALUE);
    String worker = batch.name();
    Task.Times times = new Task.Times(in.varint(), in.varint(), in.varint());
    Bytes result = null;
    TaskError error = null;
    if (state != TaskState.CANCELLED) {
      switch (in.u8()) {
        case 0 -> result = in.bytes();
        case 1 -> error = Outcome.readError(in);
        default -> throw new MalformedFrameException("neither result nor error");
      }
    }
    return new Done(
        id,
        new Task(
            TaskId.text(id),
            type,
            state,
            null,
            result,
            error,
            new Task.Attempts(attempt, most, worker.isEmpty() ? null : worker),
            times,
            priority,
            place.isEmpty() ? null : place,
            null,
            null));
  }
}
