package dev.errand.simulation;

import java.util.PriorityQueue;

/** Virtual time, and what is to happen when. Owner: the simulation's thread. */
final class Agenda {

  private record Entry(long at, long order, Runnable what) implements Comparable<Entry> {

    @Override
    public int compareTo(Entry other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>(256);
  private long now;
  private long order;

  /** Nanoseconds since the simulation's beginning. */
  long now() {
    return now;
  }

  void at(long nanos, Runnable what) {
    entries.add(new Entry(Math.max(nanos, now), ++order, what));
  }

  void in(long nanos, Runnable what) {
    at(now + nanos, what);
  }

  /** Lets the next thing happen; false if nothing is left. */
  boolean step() {
    Entry next = entries.poll();
    if (next == null) {
      return false;
    }
    now = next.at;
    next.what.run();
    return true;
  }
}
