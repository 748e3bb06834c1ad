package dev.errand.protocol.frame;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskRequest;

/**
 * One task that a client submits.
 *
 * @param number the client's own, ascending by one over its incarnation
 * @param watched whether the client wants a {@link Done} when the task ends
 * @param type which handler
 * @param payload JSON, not checked yet
 * @param timeoutMillis of an attempt; 0: the default
 * @param maxAttempts 0: the default
 * @param backoffMillis the first pause before a retry; 0: the default
 */
public record Submit(
    long number,
    boolean watched,
    String type,
    Bytes payload,
    long timeoutMillis,
    int maxAttempts,
    long backoffMillis) {

  private static final int WATCHED = 1;
  private static final int TIMEOUT = 2;
  private static final int MAX_ATTEMPTS = 4;
  private static final int BACKOFF = 8;

  /** Adds the submission of that request to a batch of {@link FrameKind#SUBMIT}. */
  public static void write(BatchWriter batch, long number, boolean watched, TaskRequest task) {
    FrameWriter out = batch.entry();
    int flags =
        (watched ? WATCHED : 0)
            | (task.timeout() != null ? TIMEOUT : 0)
            | (task.maxAttempts() != 0 ? MAX_ATTEMPTS : 0)
            | (task.backoff() != null ? BACKOFF : 0);
    out.varint(number).u8(flags);
    batch.name(task.type());
    if (task.timeout() != null) {
      out.varint(task.timeout().toMillis());
    }
    if (task.maxAttempts() != 0) {
      out.varint(task.maxAttempts());
    }
    if (task.backoff() != null) {
      out.varint(task.backoff().toMillis());
    }
    out.bytes(task.payload());
  }

  /** Reads the next submission. */
  public static Submit read(BatchReader batch) throws MalformedFrameException {
    FrameReader in = batch.in();
    long number = in.varint();
    int flags = in.u8();
    String type = batch.name();
    long timeout = (flags & TIMEOUT) != 0 ? millis(in) : 0;
    int attempts = (flags & MAX_ATTEMPTS) != 0 ? in.varint(TaskRequest.MAX_ATTEMPTS) : 0;
    long backoff = (flags & BACKOFF) != 0 ? millis(in) : 0;
    return new Submit(number, (flags & WATCHED) != 0, type, in.bytes(), timeout, attempts, backoff);
  }

  private static long millis(FrameReader in) throws MalformedFrameException {
    long millis = in.varint();
    if (millis > TaskRequest.MAX_DURATION.toMillis()) {
      throw new MalformedFrameException(millis + " ms is over " + TaskRequest.MAX_DURATION);
    }
    return millis;
  }
}
