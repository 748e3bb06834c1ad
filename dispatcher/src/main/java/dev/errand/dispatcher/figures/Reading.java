package dev.errand.dispatcher.figures;

import dev.errand.dispatcher.Snapshot;
import dev.errand.dispatcher.core.TypeView;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * All figures at one moment. Immutable.
 *
 * @param seq no other reading or event has the same one; ascending
 * @param millis when, since 1970
 * @param snapshot of tasks, types, workers and store
 * @param node its own
 * @param types what each type's tasks did lately, as far as anything is known
 * @param totals what all tasks did lately
 * @param errors the last one of each worker that is linked, by its id, as far as there is one
 * @param lost workers that were lost lately, the last one first
 */
public record Reading(
    long seq,
    long millis,
    Snapshot snapshot,
    NodeState node,
    Map<String, TypeFigures> types,
    TypeFigures totals,
    Map<String, WorkerError> errors,
    List<LostWorker> lost) {

  /**
   * A worker that was lost.
   *
   * @param id of its incarnation
   * @param name for people
   * @param millis when, since 1970
   */
  public record LostWorker(String id, String name, long millis) {}

  /** What that type's tasks did lately. */
  public TypeFigures figures(TypeView type) {
    return types.getOrDefault(type.type(), TypeFigures.NONE);
  }

  /**
   * So many types at most. If there are more, those of which tasks wait or run go before the
   * others, where one waits longer before where it waits less, and then those with more tasks in
   * the last minute.
   */
  public List<TypeView> busiest(int most) {
    List<TypeView> all = snapshot.types();
    if (all.size() <= most) {
      return all;
    }
    Comparator<TypeView> busier =
        Comparator.comparing((TypeView type) -> type.queued() > 0 || type.running() > 0)
            .thenComparingLong(TypeView::oldestMillis)
            .thenComparingDouble(this::perSecond);
    return all.stream().sorted(busier.reversed()).limit(most).toList();
  }

  private double perSecond(TypeView type) {
    Rates rates = figures(type).lastMinute();
    return rates.submitted() + rates.ended();
  }

  /** Whether all is well, and if not, what is worst. */
  public Verdict verdict() {
    return Verdict.of(this);
  }
}
