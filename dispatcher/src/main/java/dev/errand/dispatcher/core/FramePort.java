package dev.errand.dispatcher.core;

/** How frames leave for workers and clients. */
public interface FramePort {

  /**
   * Sends a frame; it may be lost.
   *
   * @param incarnation of the worker or client
   * @param frame not changed by anybody from now on
   */
  void send(long incarnation, byte[] frame);
}
