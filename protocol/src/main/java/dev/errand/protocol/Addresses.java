package dev.errand.protocol;

/** The event-bus addresses of the system, in one place. */
public final class Addresses {

  /** Where workers and clients reach the dispatcher with frames. */
  public static final String DISPATCHER = "errand.dispatcher";

  /**
   * Takes {@code {"type": …, "payload": …}} and all else that a task may ask for, and {@code
   * "wait": "20s"}; answers with the task as JSON when it has ended or the wait is over.
   */
  public static final String TASKS_SUBMIT = "errand.tasks.submit";

  /** Takes {@code {"id": …}} and answers with the task as JSON. */
  public static final String TASKS_GET = "errand.tasks.get";

  /** Takes {@code {"id": …}}, cancels the task, and answers with it as JSON. */
  public static final String TASKS_CANCEL = "errand.tasks.cancel";

  /** Takes {@code {"id": …}}, tries the ended task again, and answers with it as JSON. */
  public static final String TASKS_RETRY = "errand.tasks.retry";

  private Addresses() {}

  /** Where the workers and clients of a node receive frames. */
  public static String node(String nodeId) {
    return "errand.node." + nodeId;
  }
}
