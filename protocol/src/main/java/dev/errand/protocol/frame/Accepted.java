package dev.errand.protocol.frame;

/**
 * The answer to one submission: its id, or why it was refused.
 *
 * @param number the client's number of the submission
 * @param id the task's id; 0 if refused
 * @param problem why it was refused; null if accepted
 */
public record Accepted(long number, long id, String problem) {

  private static final int MAX_PROBLEM_BYTES = 2_000;

  /** Adds the answer to a batch of {@link FrameKind#ACCEPTED}. */
  public void write(BatchWriter batch) {
    batch.entry().varint(number).i64(id);
    if (id == 0) {
      batch.text(problem, MAX_PROBLEM_BYTES);
    }
  }

  /** Reads the next answer. */
  public static Accepted read(BatchReader batch) throws MalformedFrameException {
    long number = batch.in().varint();
    long id = batch.in().i64();
    return new Accepted(number, id, id == 0 ? batch.in().text(MAX_PROBLEM_BYTES) : null);
  }
}
