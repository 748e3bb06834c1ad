package dev.errand.worker.core;

import dev.errand.protocol.frame.Grant;
import it.unimi.dsi.fastutil.longs.Long2ObjectLinkedOpenHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The slots of one pool, and the grants that wait for one. A busy worker lets the dispatcher grant
 * somewhat more than it has slots for, so that a slot need not wait for the way there and back: as
 * much as it has done in {@value #AHEAD_MILLIS} ms of late, and no more than it has slots. Times
 * are nanoseconds of a monotonic clock. Owner: the core's thread.
 */
final class Slots {

  /** Grants that have waited for so long are given back: others may have free slots. */
  static final int PATIENCE_MILLIS = 50;

  private static final int AHEAD_MILLIS = 10;

  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
  private static final long AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(AHEAD_MILLIS);

  private final long slots;
  private final Long2ObjectLinkedOpenHashMap<Waiting> waiting =
      new Long2ObjectLinkedOpenHashMap<>();

  /** In this session. */
  private long granted;

  private long taken;
  private long ahead;

  /** How many slots were left since that time. */
  private long left;

  private long leftSince;

  private record Waiting(Grant grant, long since) {}

  Slots(long slots) {
    this.slots = slots;
  }

  /** A session begins: grants count from 0. */
  void restart() {
    granted = 0;
  }

  /** There is a grant, which may still come to nothing. */
  void granted() {
    granted++;
  }

  /** The number of the last grant that may come. */
  long limit() {
    return granted + Math.max(0, slots + ahead - taken - waiting.size());
  }

  private boolean isFree() {
    return taken < slots;
  }

  /** Whether a grant begins at once: a slot is free, and nothing came before that waits for it. */
  boolean isOpen() {
    return isFree() && waiting.isEmpty();
  }

  void take() {
    taken++;
  }

  void leave() {
    taken--;
    left++;
  }

  /** It waits until a slot is free. */
  void await(Grant grant, long now) {
    waiting.put(grant.lease(), new Waiting(grant, now));
  }

  /** The first one that waits, which does so no more; null if none does, or no slot is free. */
  Grant next() {
    return isFree() && !waiting.isEmpty() ? waiting.removeFirst().grant() : null;
  }

  /**
   * It waits no more.
   *
   * @return whether it did
   */
  boolean forget(long lease) {
    return waiting.remove(lease) != null;
  }

  /** None waits any more: those that did. */
  List<Grant> forgetAll() {
    List<Grant> all = waiting.values().stream().map(Waiting::grant).toList();
    waiting.clear();
    return all;
  }

  /**
   * To be called every 50 ms or so.
   *
   * @return all that wait, if the first has for too long; they wait no more
   */
  List<Grant> tick(long now) {
    long passed = now - leftSince;
    if (passed >= AHEAD_NANOS) {
      ahead = Math.min(slots, left * AHEAD_NANOS / passed);
      left = 0;
      leftSince = now;
    }
    if (waiting.isEmpty() || !isLate(waiting.get(waiting.firstLongKey()), now)) {
      return List.of();
    }
    ahead = 0;
    return forgetAll();
  }

  private static boolean isLate(Waiting one, long now) {
    return now - one.since() >= PATIENCE_NANOS;
  }
}
