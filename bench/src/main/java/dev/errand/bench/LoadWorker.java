package dev.errand.bench;

import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.WorkerHello;
import java.util.List;
import java.util.Map;

/** Holds what it is granted, and says of the oldest that it succeeded, so many at a time. */
final class LoadWorker extends LoadPeer {

  /** The ids of lease and task, with which entries of grants and of outcomes begin. */
  private static final int IDS_BYTES = 16;

  private final Layouts layouts;
  private final int slots;
  private final byte[] held;
  private int first;
  private int count;
  private long limit;

  /**
   * Where entries lie in what it gets and says.
   *
   * @param grant of as many tasks as it has slots
   * @param outcomes of as many tasks as it answers at a time
   */
  record Layouts(LayoutProbe.Template grant, LayoutProbe.Template outcomes) {}

  LoadWorker(long incarnation, Layouts layouts) {
    super(incarnation);
    this.layouts = layouts;
    this.slots = layouts.grant().entries().length;
    this.held = new byte[slots * IDS_BYTES];
  }

  @Override
  byte[] hello() {
    Credit pools = new Credit(0, slots);
    List<Offer> offers = List.of(new Offer(LayoutProbe.TYPE, Pool.EVENT_LOOP, 0));
    String name = "worker-" + incarnation;
    return new WorkerHello(name, "node-of-" + name, pools, offers, Map.of(), List.of(), false)
        .frame(unknown());
  }

  /** Takes as many tasks as it has slots. */
  byte[] open() {
    limit = slots;
    return acknowledgement();
  }

  @Override
  Credit credit() {
    return new Credit(0, limit);
  }

  /** The oldest have succeeded. */
  byte[] outcomes() {
    byte[] frame = layouts.outcomes().bytes().clone();
    int[] entries = layouts.outcomes().entries();
    if (count < entries.length) {
      throw new IllegalStateException("holds " + count + " of " + slots);
    }
    for (int at : entries) {
      System.arraycopy(held, first * IDS_BYTES, frame, at, IDS_BYTES);
      first = first + 1 == slots ? 0 : first + 1;
    }
    count -= entries.length;
    limit += entries.length;
    return stamp(frame);
  }

  @Override
  void take(byte[] frame) {
    if (frame[2] != FrameKind.GRANT.ordinal()) {
      throw new IllegalStateException("nothing else is expected");
    }
    int[] entries = layouts.grant().entries();
    int last = first + count;
    int granted = count(frame);
    for (int entry = 0; entry < granted; entry++) {
      int place = (last + entry) % slots;
      System.arraycopy(frame, entries[entry], held, place * IDS_BYTES, IDS_BYTES);
    }
    count += granted;
  }

  private static int count(byte[] frame) {
    try {
      return new BatchReader(frame).left();
    } catch (MalformedFrameException e) {
      throw new IllegalStateException(e);
    }
  }
}
