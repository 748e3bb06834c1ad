package dev.errand.protocol.frame;

/**
 * A client asks for a {@link Done} when a task ends, or at once if it has.
 *
 * @param id of the task
 */
public record Watch(long id) {

  /** Adds the wish to a batch of {@link FrameKind#WATCH}. */
  public void write(BatchWriter batch) {
    batch.entry().i64(id);
  }

  /** Reads the next wish. */
  public static Watch read(BatchReader batch) throws MalformedFrameException {
    return new Watch(batch.in().i64());
  }
}
