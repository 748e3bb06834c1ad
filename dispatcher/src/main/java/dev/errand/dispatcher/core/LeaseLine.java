package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Pool;
import java.util.ArrayList;
import java.util.List;

/**
 * The leases of one worker, in no order. The list runs through the leases themselves. Owner: the
 * core's thread.
 */
final class LeaseLine {

  private Lease first;
  private int size;
  private int blocking;

  int size() {
    return size;
  }

  /** How many of each pool. */
  Credit byPool() {
    return new Credit(size(Pool.BLOCKING), size(Pool.EVENT_LOOP));
  }

  /** How many of that pool. */
  int size(Pool pool) {
    return pool == Pool.BLOCKING ? blocking : size - blocking;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(Lease lease) {
    lease.next = first;
    if (first != null) {
      first.previous = lease;
    }
    first = lease;
    size++;
    if (lease.pool == Pool.BLOCKING) {
      blocking++;
    }
  }

  void remove(Lease lease) {
    if (lease.previous == null) {
      first = lease.next;
    } else {
      lease.previous.next = lease.next;
    }
    if (lease.next != null) {
      lease.next.previous = lease.previous;
    }
    lease.previous = null;
    lease.next = null;
    size--;
    if (lease.pool == Pool.BLOCKING) {
      blocking--;
    }
  }

  /** All of them, as they are now. */
  List<Lease> all() {
    List<Lease> all = new ArrayList<>(size);
    for (Lease lease = first; lease != null; lease = lease.next) {
      all.add(lease);
    }
    return all;
  }
}
