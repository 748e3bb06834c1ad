package dev.errand.bench;

import dev.errand.protocol.Terms;
import dev.errand.protocol.frame.ClientHello;

/** Submits frames of like tasks, and is content with whatever comes. */
final class LoadClient extends LoadPeer {

  /** Numbers of this size all take five bytes. */
  private static final long FIRST_NUMBER = 1L << 28;

  private static final long LAST_NUMBER = (1L << 35) - 1;

  private final LayoutProbe.Template ordinary;
  private final LayoutProbe.Template lowly;
  private long number = FIRST_NUMBER;

  LoadClient(long incarnation, int tasksPerFrame) {
    super(incarnation);
    this.ordinary = LayoutProbe.submit(tasksPerFrame, FIRST_NUMBER, Terms.USUAL_PRIORITY);
    this.lowly = LayoutProbe.submit(tasksPerFrame, FIRST_NUMBER, 0);
  }

  @Override
  byte[] hello() {
    return new ClientHello("node-of-client").frame(unknown());
  }

  /** The next tasks. */
  byte[] submit() {
    return submit(ordinary);
  }

  /** The next tasks, of the lowest priority. */
  byte[] submitLowly() {
    return submit(lowly);
  }

  private byte[] submit(LayoutProbe.Template template) {
    if (number + template.entries().length > LAST_NUMBER) {
      throw new IllegalStateException("out of numbers");
    }
    byte[] frame = template.bytes().clone();
    for (int at : template.entries()) {
      put(frame, at, number++);
    }
    return stamp(frame);
  }

  private static void put(byte[] frame, int at, long number) {
    frame[at] = (byte) (number & 0x7f | 0x80);
    frame[at + 1] = (byte) (number >>> 7 & 0x7f | 0x80);
    frame[at + 2] = (byte) (number >>> 14 & 0x7f | 0x80);
    frame[at + 3] = (byte) (number >>> 21 & 0x7f | 0x80);
    frame[at + 4] = (byte) (number >>> 28);
  }

  @Override
  void take(byte[] frame) {
    // The ledger tells whether all has ended.
  }
}
