package dev.errand.dispatcher.core;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.JsonCheck;

/** Whether a payload is one JSON value. */
public interface PayloadCheck {

  /**
   * What is wrong with it.
   *
   * @return null if nothing is; else a line for the submitter
   */
  String problem(Bytes payload);

  /** What dispatchers check with; for one thread. */
  static PayloadCheck json() {
    JsonCheck check = new JsonCheck();
    return payload -> {
      String problem = check.problem(payload);
      return problem == null ? null : "payload " + problem;
    };
  }
}
