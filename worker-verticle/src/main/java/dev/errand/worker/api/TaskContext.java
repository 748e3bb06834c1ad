package dev.errand.worker.api;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.CancelReason;
import io.vertx.core.Future;
import java.time.Instant;

/** One attempt, as its handler sees it. May be used from any thread. */
public interface TaskContext {

  /** The task's id; the same for all its attempts. */
  String taskId();

  /** The task's type. */
  String type();

  /** Which attempt this is, from 1. */
  int attempt();

  /** The payload as it was submitted, JSON in UTF-8. */
  Bytes json();

  /** The payload: a {@code JsonObject}, {@code JsonArray}, string, number, boolean or null. */
  Object payload();

  /**
   * The payload as a value of a class of yours.
   *
   * @throws io.vertx.core.json.DecodeException if it doesn't fit
   */
  <T> T payload(Class<T> type);

  /** When the attempt's time is over. */
  Instant deadline();

  /**
   * Tells how far the attempt is; shown with the task, at most once a second.
   *
   * @param fraction 0 to 1
   * @param message for people; may be empty
   */
  void progress(double fraction, String message);

  /**
   * Completes when the attempt is to stop, with the reason; what it comes to afterwards is of no
   * interest. On a {@link TaskHandler}'s own event loop.
   */
  Future<CancelReason> cancelled();

  /** Whether {@link #cancelled} has completed. */
  boolean isCancelled();

  /**
   * Submits another task.
   *
   * @return the task as it was accepted
   */
  Future<Task> submit(TaskRequest request);
}
