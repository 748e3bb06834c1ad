package dev.errand.simulation;

import java.util.ArrayList;
import java.util.List;

/** What the auditor knows of the step that it looks at. Owner: the auditor. */
final class StepRecord {

  /** What it is. */
  enum Kind {
    FRAME,
    HELLO,
    BYE,
    TICK,
    MEMBER_LEFT,
    ORDER,
    OTHER
  }

  /** Which step of all. */
  long number;

  Kind kind = Kind.OTHER;

  /** Whom a frame is from. */
  long peer;

  /** Which node has left. */
  String node;

  /** Whether a peer's session begins. */
  boolean welcomed;

  /** What the HELLO of this step says that its worker holds. */
  final List<LeaseRecord> held = new ArrayList<>();

  void begin(Kind what, long of) {
    number++;
    kind = what;
    peer = of;
    welcomed = false;
  }
}
