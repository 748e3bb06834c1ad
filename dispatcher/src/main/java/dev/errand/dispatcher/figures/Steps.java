package dev.errand.dispatcher.figures;

import java.util.ArrayDeque;
import java.util.List;
import org.HdrHistogram.Histogram;

/** The last {@value #MOST} steps, all types together. Owner: the dispatcher's event loop. */
final class Steps {

  /** How long one is. */
  static final int SECONDS = 5;

  /** A quarter of an hour. */
  static final int MOST = 180;

  private final ArrayDeque<Step> last = new ArrayDeque<>();
  private final Times waits = new Times();
  private final Times runs = new Times();

  /** A step is over. */
  void add(List<Meter> meters, Seconds seconds, long queued, long nanos) {
    Rates rates = Rates.NONE;
    for (Meter each : meters) {
      rates = rates.plus(each.rates(seconds, SECONDS));
      each.addPart(waits.part, runs.part);
    }
    last.addLast(new Step(nanos, rates, waits.take(), runs.take(), queued));
    if (last.size() > MOST) {
      last.removeFirst();
    }
  }

  /** The next part of the minute begins. */
  void turn() {
    waits.before.reset();
    runs.before.reset();
  }

  /** The oldest first. */
  List<Step> all() {
    return List.copyOf(last);
  }

  /** Times of one kind: a part of the minute has more than one step. */
  private static final class Times {

    private final Histogram part = Latency.scratch();

    /** What the part had at the end of the step before. */
    private final Histogram before = Latency.scratch();

    /** What came since then; null: nothing. */
    private Percentiles take() {
      part.subtract(before);
      Percentiles its = part.getTotalCount() == 0 ? null : Percentiles.of(part);
      before.add(part);
      part.reset();
      return its;
    }
  }
}
