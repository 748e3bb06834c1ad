package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Offer;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.WorkerHello;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A worker that is linked: its offers, its credits and its leases. Owner: the core's thread. */
final class WorkerPeer extends Peer {

  private static final Pool[] POOLS = Pool.values();

  final String name;
  final Credit slots;
  final List<String> types;
  final Map<String, String> labels;
  private final List<Offer> offers;

  /** How the queues see it. */
  final List<Offering> offerings = new ArrayList<>();

  /** Those that ended and whose handler has not are among them. */
  final LeaseLine leases = new LeaseLine();

  /** How many of them those are. */
  int zombies;

  private final long[] granted = new long[Pool.COUNT];
  private final long[] limit = new long[Pool.COUNT];

  /** Whether what waited there for a slot came back, and nothing more was accepted since. */
  private final boolean[] givesBack = new boolean[Pool.COUNT];

  private boolean draining;
  private boolean told;
  private TaskQueue reservedFor;
  private Lease alone;

  WorkerPeer(WorkerHello hello, Session session, long nowNanos) {
    super(hello.nodeId(), session, nowNanos);
    this.name = hello.name();
    this.slots = hello.slots();
    this.types = hello.offers().stream().map(offer -> offer.type()).distinct().toList();
    this.labels = hello.labels();
    this.offers = hello.offers();
    this.draining = hello.draining();
  }

  @Override
  void heard(Header header, Now now) {
    super.heard(header, now);
    boolean more = false;
    for (Pool pool : POOLS) {
      long told = header.credit().of(pool);
      if (told > limit[pool.ordinal()]) {
        limit[pool.ordinal()] = told;
        givesBack[pool.ordinal()] = false;
        more = true;
      }
    }
    if (more) {
      raise();
    }
  }

  /** It may take more than before; to be called, too, when leases have ended. */
  void raise() {
    for (Offering offering : offerings) {
      offering.queue.offers.raise(offering);
    }
  }

  boolean isDraining() {
    return draining;
  }

  /** It takes nothing new any more. */
  void drain() {
    draining = true;
  }

  /** Tells it to finish what runs, to take nothing new, and to leave then. */
  void tellToLeave() {
    told = true;
    sending.batch(FrameKind.DRAIN);
  }

  /** Whether it has been told so. */
  boolean isToldToLeave() {
    return told;
  }

  /** The queue whose suspect it is to run alone, as soon as nothing else runs here; or null. */
  TaskQueue reservedFor() {
    return reservedFor;
  }

  void reserve(TaskQueue queue) {
    reservedFor = queue;
    raise();
  }

  /** The lease of a suspect, which runs alone here; or null. */
  Lease alone() {
    return alone;
  }

  void runAlone(Lease lease) {
    alone = lease;
    raise();
  }

  /** Whether only handlers run here that nobody waits for. */
  boolean isIdle() {
    return leases.size() == zombies;
  }

  /** Whether it takes tasks that may run beside others. */
  boolean isShared() {
    return reservedFor == null && alone == null;
  }

  /** Whose slots tasks of that type take here. */
  Pool pool(String type) {
    return offers.stream()
        .filter(offer -> offer.type().equals(type))
        .map(Offer::pool)
        .findFirst()
        .orElse(Pool.EVENT_LOOP);
  }

  /** How many more grants it accepts. */
  long available(Pool pool) {
    return draining ? 0 : limit[pool.ordinal()] - granted[pool.ordinal()];
  }

  /** How many of them begin at once: the others wait there for a slot. */
  long free(Pool pool) {
    return Math.max(0, Math.min(available(pool), slots.of(pool) - leases.size(pool)));
  }

  /** Whether it takes more than begins at once. */
  boolean goesAhead(Pool pool) {
    return !givesBack[pool.ordinal()];
  }

  /** What waited there for a slot has come back: more would fare alike. */
  void gaveBack(Pool pool) {
    givesBack[pool.ordinal()] = true;
  }

  void granted(Pool pool) {
    granted[pool.ordinal()]++;
  }

  /** A grant was never sent. */
  void ungranted(Pool pool) {
    granted[pool.ordinal()]--;
    raise();
  }
}
