package dev.errand.dispatcher.store;

import dev.errand.protocol.TaskState;

/**
 * Which tasks are to be listed, the newest first.
 *
 * @param state null: any
 * @param type null: any
 * @param batch null: any, or none
 * @param before only ids below; {@link Long#MAX_VALUE}: from the newest on
 * @param limit so many at most
 * @param bodies bytes of payloads and results with which a page ends; 0: it has none of them
 */
public record TaskQuery(
    TaskState state, String type, String batch, long before, int limit, long bodies) {

  /** The newest tasks, without payloads and results. */
  public static TaskQuery newest(int limit) {
    return new TaskQuery(null, null, null, Long.MAX_VALUE, limit, 0);
  }

  /** What comes behind that task. */
  public TaskQuery after(long id) {
    return new TaskQuery(state, type, batch, id, limit, bodies);
  }

  /** Of that state only; null: of any. */
  public TaskQuery in(TaskState other) {
    return new TaskQuery(other, type, batch, before, limit, bodies);
  }

  /** Of that type only; null: of any. */
  public TaskQuery ofType(String other) {
    return new TaskQuery(state, other, batch, before, limit, bodies);
  }

  /** Of that batch only; null: of any, or of none. */
  public TaskQuery ofBatch(String other) {
    return new TaskQuery(state, type, other, before, limit, bodies);
  }

  /** With payloads and results, so many bytes in a page; one task may go beyond. */
  public TaskQuery withBodies(long bytes) {
    return new TaskQuery(state, type, batch, before, limit, bytes);
  }
}
