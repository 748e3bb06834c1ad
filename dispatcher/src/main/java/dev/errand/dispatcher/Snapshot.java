package dev.errand.dispatcher;

import dev.errand.dispatcher.core.Counters;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.dispatcher.core.WorkerView;
import dev.errand.dispatcher.store.TaskStore;
import java.util.List;

/**
 * What a dispatcher knows at one moment.
 *
 * @param ledger tasks by state
 * @param types that have tasks or workers, or for which something was set
 * @param workers that are linked
 * @param clients that are linked or remembered
 * @param counters of frames that did nothing
 * @param store how it does
 */
public record Snapshot(
    Ledger ledger,
    List<TypeView> types,
    List<WorkerView> workers,
    int clients,
    Counters counters,
    Store store) {

  /**
   * How the store does.
   *
   * @param failure why no work is taken any more; null while it is well
   * @param full why nothing new can be taken at the moment, for people; null while there is room
   * @param lagMillis the longest that changes have waited lately until they were durable
   * @param space what it takes of its disk; null if it has none, or that is not known yet
   */
  public record Store(Throwable failure, String full, long lagMillis, TaskStore.Space space) {

    /** Of a store that is well. */
    public static final Store WELL = new Store(null, null, 0, null);
  }
}
