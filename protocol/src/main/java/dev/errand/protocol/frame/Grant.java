package dev.errand.protocol.frame;

import dev.errand.protocol.Bytes;

/**
 * One attempt leased to a worker.
 *
 * @param lease its id
 * @param task the task's id
 * @param attempt number of the attempt, from 1
 * @param type which handler
 * @param timeoutMillis for the attempt
 * @param payload JSON
 */
public record Grant(
    long lease, long task, int attempt, String type, long timeoutMillis, Bytes payload) {

  /** Adds the lease to a batch of {@link FrameKind#GRANT}. */
  public static void write(
      BatchWriter batch,
      long lease,
      long task,
      int attempt,
      String type,
      long timeoutMillis,
      Bytes payload) {
    FrameWriter out = batch.entry();
    out.i64(lease).i64(task).varint(attempt);
    batch.name(type);
    out.varint(timeoutMillis).bytes(payload);
  }

  /** Reads the next lease. */
  public static Grant read(BatchReader batch) throws MalformedFrameException {
    FrameReader in = batch.in();
    return new Grant(
        in.i64(), in.i64(), in.varint(Integer.MAX_VALUE), batch.name(), in.varint(), in.bytes());
  }
}
