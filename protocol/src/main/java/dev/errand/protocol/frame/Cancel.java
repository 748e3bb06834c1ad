package dev.errand.protocol.frame;

/**
 * The dispatcher needs an attempt's outcome no more.
 *
 * @param lease that ended
 * @param reason why
 */
public record Cancel(long lease, CancelReason reason) {

  /** Adds it to a batch of {@link FrameKind#CANCEL}. */
  public void write(BatchWriter batch) {
    batch.entry().i64(lease).u8(reason.ordinal());
  }

  /** Reads the next one. */
  public static Cancel read(BatchReader batch) throws MalformedFrameException {
    return new Cancel(batch.in().i64(), CancelReason.of(batch.in().u8()));
  }
}
