package dev.errand.simulation;

import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Pool;
import dev.errand.protocol.frame.Session;
import java.util.ArrayList;
import java.util.List;

/** What the auditor knows of a worker or client as the dispatcher sees it. Owner: the auditor. */
final class PeerRecord {

  final long incarnation;

  /** Of a worker, else null. */
  final WorkerNode worker;

  /** Null before the first and when it was given up. */
  Session session;

  /** How far its stream was read in this session. */
  long received;

  /** How far the dispatcher's stream was sent in this session. */
  long sent;

  long heardAt;

  /** The step in which the core last showed it. */
  long seen;

  /** When the dispatcher knew first that it is to leave. */
  private long drainsSince = Long.MAX_VALUE;

  final long[] limit = new long[Pool.COUNT];
  final long[] granted = new long[Pool.COUNT];

  /** Leases that ended and whose handler goes on there, as far as the dispatcher was told. */
  final List<LeaseRecord> zombies = new ArrayList<>();

  PeerRecord(long incarnation, WorkerNode worker) {
    this.incarnation = incarnation;
    this.worker = worker;
  }

  void drains(long now) {
    drainsSince = Math.min(drainsSince, now);
  }

  /** {@link Long#MAX_VALUE}: it need not. */
  long drainsSince() {
    return drainsSince;
  }

  void begin(Session anew, long now) {
    if (session == null) {
      drainsSince = Long.MAX_VALUE;
    }
    session = anew;
    received = 0;
    sent = 0;
    heardAt = now;
    for (int pool = 0; pool < Pool.COUNT; pool++) {
      limit[pool] = 0;
      granted[pool] = 0;
    }
  }

  void heard(Credit credit, long now) {
    heardAt = now;
    limit[0] = Math.max(limit[0], credit.blocking());
    limit[1] = Math.max(limit[1], credit.eventLoop());
  }
}
