package dev.errand.protocol.frame;

/**
 * The answer to one submission: its id, or why it was refused.
 *
 * @param number the client's number of the submission
 * @param id the task's id; 0 if refused
 * @param known whether the task was there before: its key or its place in its batch is the same
 * @param problem why it was refused; null if accepted
 * @param retryMillis after which it may be taken, where only a limit is in its way; 0: never
 */
public record Accepted(long number, long id, boolean known, String problem, long retryMillis) {

  private static final int MAX_PROBLEM_BYTES = 2_000;

  /** Stands before the id of a task that was there before. */
  private static final long KNOWN = Long.MIN_VALUE;

  /** The task was taken, now or before. */
  public static Accepted taken(long number, long id, boolean known) {
    return new Accepted(number, id, known, null, 0);
  }

  /** The task was refused; after so many milliseconds it may be taken, 0: never. */
  public static Accepted refused(long number, String problem, long retryMillis) {
    return new Accepted(number, 0, false, problem, retryMillis);
  }

  /** Adds the answer to a batch of {@link FrameKind#ACCEPTED}. */
  public void write(BatchWriter batch) {
    FrameWriter out = batch.entry().varint(number);
    if (known) {
      out.i64(KNOWN);
    }
    // Ids are positive: what is not is the time to come back.
    out.i64(id == 0 ? -retryMillis : id);
    if (id == 0) {
      batch.text(problem, MAX_PROBLEM_BYTES);
    }
  }

  /** Reads the next answer. */
  public static Accepted read(BatchReader batch) throws MalformedFrameException {
    long number = batch.in().varint();
    long id = batch.in().i64();
    if (id == KNOWN) {
      return taken(number, positive(batch.in().i64()), true);
    }
    return id > 0
        ? taken(number, id, false)
        : refused(number, batch.in().text(MAX_PROBLEM_BYTES), -id);
  }

  private static long positive(long id) throws MalformedFrameException {
    if (id <= 0) {
      throw new MalformedFrameException("no id: " + id);
    }
    return id;
  }
}
