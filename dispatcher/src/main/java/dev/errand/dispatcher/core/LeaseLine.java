package dev.errand.dispatcher.core;

import java.util.ArrayList;
import java.util.List;

/**
 * The leases of one worker, in no order. The list runs through the leases themselves. Owner: the
 * core's thread.
 */
final class LeaseLine {

  private Lease first;
  private int size;

  int size() {
    return size;
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
