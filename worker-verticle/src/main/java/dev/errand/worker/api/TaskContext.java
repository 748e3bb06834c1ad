package dev.errand.worker.api;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.CancelReason;
import io.vertx.core.Future;
import java.time.Instant;

/**
 * One attempt, as its handler sees it. May be used from any thread. Its futures complete on the
 * attempt's own context for a {@link TaskHandler}, and on some other thread than the handler's for
 * a {@link BlockingTaskHandler}.
 */
public interface TaskContext {

  /** The task's id; the same for all its attempts. */
  String taskId();

  /** The task's type. */
  String type();

  /** Which attempt this is, from 1. */
  int attempt();

  /** The payload to the letter as it was submitted: one JSON value in UTF-8. Not to be changed. */
  Bytes json();

  /**
   * The payload: a {@code JsonObject}, {@code JsonArray}, {@code String}, {@code Number}, {@code
   * Boolean} or null. Decoded anew by each call. Fractions become {@code Double}, which may lose
   * digits; {@link #json} loses nothing.
   *
   * @throws io.vertx.core.json.DecodeException if a number has more than 1,000 digits
   */
  Object payload();

  /**
   * The payload as a value of a class of yours.
   *
   * @throws io.vertx.core.json.DecodeException if it doesn't fit
   */
  <T> T payload(Class<T> type);

  /** When the attempt's time is over, by this machine's clock. */
  Instant deadline();

  /**
   * Tells how far the attempt is; shown with the task, within a second or so. May be called as
   * often as you like: only the latest is sent.
   *
   * @param fraction 0 to 1; what is outside is taken as the nearest
   * @param message for people; may be empty; 200 characters are kept
   */
  void progress(double fraction, String message);

  /**
   * Completes when the attempt is to stop, with the reason: {@code CANCELLED} (its task was
   * cancelled), {@code TIMEOUT} (its time is over, or it has blocked an event loop) or {@code LOST}
   * (the dispatcher is out of reach, another worker may have the task by now). What it comes to
   * afterwards is of no interest, but for a success after {@code LOST}, which may still count.
   *
   * @return never fails; stays open if the attempt is never asked to stop
   */
  Future<CancelReason> cancelled();

  /** Whether the attempt is to stop; for code that can't wait for {@link #cancelled}. */
  boolean isCancelled();

  /**
   * Submits another task; it does not end with this one.
   *
   * @return the task as it was accepted; fails with {@link
   *     dev.errand.protocol.client.SubmissionException} if it is refused
   */
  Future<Task> submit(TaskRequest request);
}
