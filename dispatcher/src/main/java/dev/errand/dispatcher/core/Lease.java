package dev.errand.dispatcher.core;

/**
 * The promise of one attempt to one worker, until a deadline. The timer is the dispatcher's own
 * deadline, behind the worker's. Owner: the core's thread.
 */
final class Lease extends Timer {

  /** Bits of the counter; the epoch is above. */
  private static final int COUNTER_BITS = 41;

  final long id;
  final LiveTask task;
  final WorkerPeer worker;
  final long timeout;
  long dueNanos;

  /** Whether its end counts as one of its task's losses. */
  boolean counted;

  private final Leases leases;

  Lease(long id, LiveTask task, WorkerPeer worker, long timeout, Leases leases) {
    this.id = id;
    this.task = task;
    this.worker = worker;
    this.timeout = timeout;
    this.leases = leases;
  }

  /** The first id of an epoch: ids never repeat over all epochs of a store. */
  static long firstId(int epoch) {
    return (long) epoch << COUNTER_BITS;
  }

  @Override
  void fire(Now now) {
    leases.overdue(this, now);
  }
}
