package dev.errand.dispatcher.figures;

import dev.errand.dispatcher.core.TypeView;

/**
 * How many workers a type could use, for an autoscaler.
 *
 * @param type its name
 * @param backlog tasks that a slot is needed for now: those that run, and those that wait for a
 *     worker and may begin, which is none while the type is paused, and no more than its limit
 *     leaves
 * @param running tasks that run
 * @param workers that offer the type and do not drain
 * @param slots that these have for it
 * @param workersWanted {@code backlog} divided by the slots that one of these workers has on
 *     average, rounded up; 1 if there is none to go by and something waits
 */
public record Demand(
    String type, long backlog, int running, int workers, long slots, long workersWanted) {

  /** Of that type. */
  public static Demand of(TypeView view) {
    TypeView.Capacity capacity = view.capacity();
    long backlog = backlog(view);
    return new Demand(
        view.type(),
        backlog,
        view.running(),
        capacity.takers(),
        capacity.slots(),
        wanted(backlog, capacity));
  }

  private static long backlog(TypeView view) {
    if (view.settings().paused()) {
      return view.running();
    }
    long all = view.running() + view.queued();
    int limit = view.settings().limit();
    return limit == 0 ? all : Math.max(view.running(), Math.min(all, limit));
  }

  private static long wanted(long backlog, TypeView.Capacity capacity) {
    if (capacity.slots() == 0) {
      return Math.min(1, backlog);
    }
    // The mean may be a fraction: backlog / (slots / takers), rounded up.
    return (backlog * capacity.takers() + capacity.slots() - 1) / capacity.slots();
  }
}
