package dev.errand.protocol.frame;

import dev.errand.protocol.Terms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A worker introduces itself, at its start and whenever it or the dispatcher lost the other.
 *
 * @param name for people
 * @param nodeId of its Vert.x node, to match membership events
 * @param slots how many it has
 * @param offers what it runs
 * @param labels what tasks may require of it
 * @param held leases that take a slot here, or whose outcomes wait here for an acknowledgement
 * @param draining whether it takes nothing new
 */
public record WorkerHello(
    String name,
    String nodeId,
    Credit slots,
    List<Offer> offers,
    Map<String, String> labels,
    List<Held> held,
    boolean draining) {

  /**
   * A lease that the worker holds.
   *
   * @param lease its id
   * @param task the task's id; 0: not told
   */
  public record Held(long lease, long task) {}

  private static final int DRAINING = 1;
  private static final int LABELS = 2;
  private static final int TASKS = 4;
  private static final int ALL = DRAINING | LABELS | TASKS;

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
    for (Held each : held) {
      out.i64(each.lease());
    }
    boolean tasks = held.stream().anyMatch(each -> each.task() != 0);
    out.u8((draining ? DRAINING : 0) | (labels.isEmpty() ? 0 : LABELS) | (tasks ? TASKS : 0));
    if (!labels.isEmpty()) {
      out.varint(labels.size());
      labels.forEach((label, value) -> out.text(label).text(value));
    }
    if (tasks) {
      held.forEach(each -> out.i64(each.task()));
    }
    return out.frame(FrameKind.WORKER_HELLO, session, 0, Credit.NONE);
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
    List<Held> held = new ArrayList<>();
    for (int left = in.varint(frame.length); left > 0; left--) {
      held.add(new Held(in.i64(), 0));
    }
    int flags = in.u8();
    if ((flags & ~ALL) != 0) {
      throw new MalformedFrameException("flags of a later version: " + flags);
    }
    Map<String, String> labels = (flags & LABELS) != 0 ? readLabels(in) : Map.of();
    if ((flags & TASKS) != 0) {
      for (int i = 0; i < held.size(); i++) {
        held.set(i, new Held(held.get(i).lease(), in.i64()));
      }
    }
    in.end();
    return new WorkerHello(name, nodeId, slots, offers, labels, held, (flags & DRAINING) != 0);
  }

  private static Map<String, String> readLabels(FrameReader in) throws MalformedFrameException {
    Map<String, String> labels = new LinkedHashMap<>();
    for (int left = in.varint(Terms.MAX_LABELS); left > 0; left--) {
      String name = in.text(MAX_TEXT_BYTES);
      if (labels.put(name, in.text(MAX_TEXT_BYTES)) != null) {
        throw new MalformedFrameException("label '" + name + "' twice");
      }
    }
    try {
      return Terms.labels("labels", labels);
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException(e.getMessage());
    }
  }
}
