package dev.errand.protocol.frame;

import java.util.ArrayList;
import java.util.List;

/**
 * A worker introduces itself, at its start and whenever it or the dispatcher lost the other.
 *
 * @param name for people
 * @param nodeId of its Vert.x node, to match membership events
 * @param slots how many it has
 * @param offers what it runs
 * @param held leases that run here, or whose outcomes wait here for an acknowledgement
 * @param draining whether it takes nothing new
 */
public record WorkerHello(
    String name,
    String nodeId,
    Credit slots,
    List<Offer> offers,
    List<Long> held,
    boolean draining) {

  private static final int MAX_TEXT_BYTES = 1_000;

  /** The whole frame; a session without a number yet. */
  public byte[] frame(Session session) {
    FrameWriter out = new FrameWriter().text(name).text(nodeId);
    slots.write(out);
    out.varint(offers.size());
    for (Offer offer : offers) {
      out.text(offer.type()).u8(offer.pool().ordinal()).varint(offer.timeoutMillis());
    }
    out.varint(held.size());
    for (long lease : held) {
      out.i64(lease);
    }
    return out.u8(draining ? 1 : 0).frame(FrameKind.WORKER_HELLO, session, 0, Credit.NONE);
  }

  public static WorkerHello read(byte[] frame) throws MalformedFrameException {
    FrameReader in = new FrameReader(frame);
    String name = in.text(MAX_TEXT_BYTES);
    String nodeId = in.text(MAX_TEXT_BYTES);
    Credit slots = Credit.read(in);
    List<Offer> offers = new ArrayList<>();
    for (int left = in.varint(frame.length); left > 0; left--) {
      offers.add(new Offer(in.text(MAX_TEXT_BYTES), Pool.of(in.u8()), in.varint()));
    }
    List<Long> held = new ArrayList<>();
    for (int left = in.varint(frame.length); left > 0; left--) {
      held.add(in.i64());
    }
    boolean draining = in.u8() != 0;
    in.end();
    return new WorkerHello(name, nodeId, slots, offers, held, draining);
  }
}
