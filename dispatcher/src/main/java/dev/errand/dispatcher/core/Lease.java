package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.CancelReason;
import dev.errand.protocol.frame.Pool;

/**
 * The promise of one attempt to one worker, until a deadline. The timer is the dispatcher's own
 * deadline, behind the worker's. Owner: the core's thread.
 */
final class Lease extends Timer {

  /** Bits of the counter; the epoch is above. */
  private static final int COUNTER_BITS = 41;

  final LiveTask task;
  final int attempt;
  final StoredTask.LastLease last;

  /** Null: it has none at the moment, because the worker was lost. */
  WorkerPeer worker;

  /** Its place among those of its worker: see {@link LeaseLine}. */
  Lease previous;

  Lease next;

  /** Whose slot it takes; not to be changed while a worker has it. */
  Pool pool;

  long dueNanos;

  /** Whether its end counts as one of its task's losses. */
  boolean counted;

  /** Whether the worker was told; it is not before its record is durable, if it may run once. */
  boolean sent;

  /** It has ended, and its handler has not: nothing but its slot is of interest. */
  boolean zombie;

  /** Why the worker was told to stop; null: it was not. */
  CancelReason cancelled;

  private final Leases leases;

  Lease(LiveTask task, StoredTask.LastLease lease, Leases leases) {
    this.task = task;
    this.attempt = task.tries.attempts();
    this.last = lease;
    this.leases = leases;
  }

  long id() {
    return last.id();
  }

  /** Of the attempt, in milliseconds. */
  long timeout() {
    return last.timeout();
  }

  /** Incarnation of the worker that has it, or had it. */
  long owner() {
    return last.owner();
  }

  /** The first id of an epoch: ids never repeat over all epochs of a store. */
  static long firstId(int epoch) {
    return (long) epoch << COUNTER_BITS;
  }

  /** The life of the dispatcher that gave that lease. */
  static int epoch(long id) {
    return (int) (id >>> COUNTER_BITS);
  }

  @Override
  void fire(Now now) {
    leases.overdue(this, now);
  }
}
