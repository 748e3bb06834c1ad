package dev.errand.protocol.frame;

/**
 * The answer to one submission: its id, or why it was refused.
 *
 * @param number the client's number of the submission
 * @param id the task's id; 0 if refused
 * @param problem why it was refused; null if accepted
 * @param retryMillis after which it may be taken, where only a limit is in its way; 0: never
 */
public record Accepted(long number, long id, String problem, long retryMillis) {

  private static final int MAX_PROBLEM_BYTES = 2_000;

  /** The task was taken. */
  public static Accepted taken(long number, long id) {
    return new Accepted(number, id, null, 0);
  }

  /** Adds the answer to a batch of {@link FrameKind#ACCEPTED}. */
  public void write(BatchWriter batch) {
    // Ids are positive: what is not is the time to come back.
    batch.entry().varint(number).i64(id == 0 ? -retryMillis : id);
    if (id == 0) {
      batch.text(problem, MAX_PROBLEM_BYTES);
    }
  }

  /** Reads the next answer. */
  public static Accepted read(BatchReader batch) throws MalformedFrameException {
    long number = batch.in().varint();
    long id = batch.in().i64();
    if (id == Long.MIN_VALUE) {
      throw new MalformedFrameException("no time to come back");
    }
    return id > 0
        ? taken(number, id)
        : new Accepted(number, 0, batch.in().text(MAX_PROBLEM_BYTES), -id);
  }
}
