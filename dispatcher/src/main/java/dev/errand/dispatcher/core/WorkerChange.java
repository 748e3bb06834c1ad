package dev.errand.dispatcher.core;

/**
 * Something happened to a worker.
 *
 * @param kind what
 * @param id of its incarnation, as in a {@link WorkerView}
 * @param name for people
 */
public record WorkerChange(Kind kind, String id, String name) {

  /** What can happen to a worker. */
  public enum Kind {
    /** It is linked. */
    CAME,
    /** It takes nothing new any more. */
    DRAINING,
    /** It said goodbye. */
    LEFT,
    /** It was silent for too long, or its node has left the cluster. */
    LOST
  }
}
