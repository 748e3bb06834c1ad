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
    if (task == null) {
      batch.entry().i64(id).u8(0);
    } else {
      Head head =
          new Head(task.type(), task.priority(), task.batch(), task.attempts(), task.times());
      write(batch, id, task.state(), head, task.result(), task.error());
    }
  }

  /** Adds the end of a task of which there is no {@link Task}: most are made for nobody else. */
  public static void write(
      BatchWriter batch, long id, TaskState state, Head head, Bytes result, TaskError error) {
    head.write(batch, id, state);
    if (state != TaskState.CANCELLED) {
      Outcome.writeEnd(batch, result, error);
    }
  }

  /**
   * What a task is, whatever its end.
   *
   * @param batch id of the batch it belongs to; null: none
   */
  public record Head(
      String type, int priority, String batch, Task.Attempts attempts, Task.Times times) {

    private void write(BatchWriter out, long id, TaskState state) {
      boolean more = priority != Terms.USUAL_PRIORITY || batch != null;
      FrameWriter frame = out.entry();
      frame.i64(id).u8(state.ordinal() | (more ? MORE : 0));
      if (more) {
        frame.u8(priority);
        out.name(batch == null ? "" : batch);
      }
      out.name(type);
      frame.varint(attempts.attempt()).varint(attempts.most());
      out.name(attempts.worker() == null ? "" : attempts.worker());
      frame.varint(times.submitted()).varint(times.started()).varint(times.finished());
    }
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
    if (priority > Terms.MAX_PRIORITY) {
      throw new MalformedFrameException("priority " + priority);
    }
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
