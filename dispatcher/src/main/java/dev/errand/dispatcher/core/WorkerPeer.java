package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.Session;
import dev.errand.protocol.frame.WorkerHello;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.List;

/** A worker that is linked: its offers, its credits and its leases. Owner: the core's thread. */
final class WorkerPeer extends Peer {

  final String name;
  final Credit slots;
  final List<String> types;
  final Long2ObjectOpenHashMap<Lease> leases = new Long2ObjectOpenHashMap<>();
  boolean draining;

  /** The type whose suspect it is to run alone, as soon as nothing else runs here. */
  TypeQueue reservedFor;

  /** The lease of a suspect, which runs alone here. */
  Lease alone;

  private final long[] granted = new long[Pool.COUNT];
  private final long[] limit = new long[Pool.COUNT];

  WorkerPeer(WorkerHello hello, Session session, long nowNanos) {
    super(hello.nodeId(), session, nowNanos);
    this.name = hello.name();
    this.slots = hello.slots();
    this.types = hello.offers().stream().map(offer -> offer.type()).toList();
    this.draining = hello.draining();
  }

  @Override
  void heard(Header header, Now now) {
    super.heard(header, now);
    for (Pool pool : Pool.values()) {
      limit[pool.ordinal()] = Math.max(limit[pool.ordinal()], header.credit().of(pool));
    }
  }

  /** Whether it takes tasks that may run beside others. */
  boolean isShared() {
    return reservedFor == null && alone == null;
  }

  /** How many more grants it accepts. */
  long available(Pool pool) {
    return draining ? 0 : limit[pool.ordinal()] - granted[pool.ordinal()];
  }

  /** The share of its slots that is free, 0 to 1 or a little more. */
  double freeShare(Pool pool) {
    return (double) available(pool) / Math.max(1, slots.of(pool));
  }

  void granted(Pool pool) {
    granted[pool.ordinal()]++;
  }
}
