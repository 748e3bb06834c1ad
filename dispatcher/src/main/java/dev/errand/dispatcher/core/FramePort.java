package dev.errand.dispatcher.core;

/** How frames leave for workers and clients. */
public interface FramePort {

  /**
   * Takes a frame that leaves with the next {@link #flush}, or before; it may be lost.
   *
   * @param nodeId of the worker's or client's node
   * @param incarnation of the worker or client
   * @param frame not changed by anybody from now on
   */
  void send(String nodeId, long incarnation, byte[] frame);

  /** Sends what was taken. */
  default void flush() {}
}
