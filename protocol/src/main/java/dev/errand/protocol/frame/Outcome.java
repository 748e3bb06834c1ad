package dev.errand.protocol.frame;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;

/**
 * What an attempt came to: a result, or an error.
 *
 * @param lease of the attempt
 * @param task the task's id
 * @param runMicros how long the handler ran, in microseconds
 * @param result JSON; null if it failed
 * @param error null if it succeeded
 */
public record Outcome(long lease, long task, long runMicros, Bytes result, TaskError error) {

  /** Adds it to a batch of {@link FrameKind#OUTCOMES}. */
  public void write(BatchWriter batch) {
    batch.entry().i64(lease).i64(task).varint(runMicros);
    writeEnd(batch, result, error);
  }

  /** Reads the next one. */
  public static Outcome read(BatchReader batch) throws MalformedFrameException {
    FrameReader in = batch.in();
    long lease = in.i64();
    long task = in.i64();
    long micros = in.varint();
    return switch (in.u8()) {
      case 0 -> new Outcome(lease, task, micros, in.bytes(), null);
      case 1 -> new Outcome(lease, task, micros, null, readError(in));
      default -> throw new MalformedFrameException("neither result nor error");
    };
  }

  /** A result or an error, as {@link Outcome} and {@link Done} write it. */
  static void writeEnd(BatchWriter batch, Bytes result, TaskError error) {
    FrameWriter out = batch.writer();
    if (error == null) {
      out.u8(0).bytes(result);
    } else {
      out.u8(1).u8(error.kind().ordinal()).text(error.message()).text(error.detail());
    }
  }

  static TaskError readError(FrameReader in) throws MalformedFrameException {
    ErrorKind kind = ErrorKind.of(in.u8());
    if (kind == null) {
      throw new MalformedFrameException("unknown kind of error");
    }
    return new TaskError(
        kind, in.text(4 * TaskError.MAX_MESSAGE), in.text(4 * TaskError.MAX_DETAIL));
  }
}
