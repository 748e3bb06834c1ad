package dev.errand.dispatcher.core;

import dev.errand.protocol.Bytes;

/** Whether a payload is one JSON value. */
public interface PayloadCheck {

  /**
   * What is wrong with it.
   *
   * @return null if nothing is; else a line for the submitter
   */
  String problem(Bytes payload);
}
