package dev.errand.dispatcher.core;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;

/**
 * The leases that workers hold, by id, those among them that ended and whose handler has not. Ids
 * ascend as leases come and most end soon, so each lies in a ring at its id's place, beside those
 * that came with it; what is still held when the ring comes round goes to a hash table. Owner: the
 * core's thread.
 */
final class LeaseTable {

  private static final int RECENT = 1 << 16;

  private final Lease[] recent = new Lease[RECENT];
  private final Long2ObjectOpenHashMap<Lease> old = new Long2ObjectOpenHashMap<>();

  private static int place(long id) {
    return (int) id & RECENT - 1;
  }

  /** The lease of that id, if that worker holds it; else null. */
  Lease get(WorkerPeer worker, long id) {
    Lease lease = recent[place(id)];
    if (lease == null || lease.id() != id) {
      lease = old.get(id);
    }
    return lease != null && lease.worker == worker ? lease : null;
  }

  /** A worker holds it from now on. */
  void add(Lease lease, WorkerPeer worker) {
    int place = place(lease.id());
    Lease before = recent[place];
    if (before != null) {
      old.put(before.id(), before);
    }
    recent[place] = lease;
    lease.worker = worker;
    worker.leases.add(lease);
  }

  /** Nobody holds it any more; its worker stays known. */
  void remove(Lease lease) {
    int place = place(lease.id());
    if (recent[place] == lease) {
      recent[place] = null;
    } else {
      old.remove(lease.id());
    }
    lease.worker.leases.remove(lease);
  }

  /** Another session of the same worker holds it. */
  void move(Lease lease, WorkerPeer to) {
    lease.worker.leases.remove(lease);
    if (lease.zombie) {
      lease.worker.zombies--;
      to.zombies++;
    }
    lease.worker = to;
    to.leases.add(lease);
  }
}
