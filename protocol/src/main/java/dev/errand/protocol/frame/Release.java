package dev.errand.protocol.frame;

/**
 * A worker gives a lease back: another worker may have it at once, and it costs the task no
 * attempt.
 *
 * @param lease given back
 * @param started whether the handler had begun
 * @param reason for the log
 */
public record Release(long lease, boolean started, String reason) {

  private static final int MAX_REASON_BYTES = 500;

  /** Adds it to a batch of {@link FrameKind#RELEASE}. */
  public void write(BatchWriter batch) {
    batch.entry().i64(lease).u8(started ? 1 : 0);
    batch.text(reason, MAX_REASON_BYTES);
  }

  /** Reads the next one. */
  public static Release read(BatchReader batch) throws MalformedFrameException {
    FrameReader in = batch.in();
    return new Release(in.i64(), in.u8() != 0, in.text(MAX_REASON_BYTES));
  }
}
