package dev.errand.dispatcher.figures;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TypeView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Counts what happens to tasks, by type: the first {@value #MOST_TYPES} types that it sees by
 * themselves, the others under one name. It sees each change of each task, so it has to be quick,
 * and makes no garbage. Owner: the dispatcher's event loop.
 */
public final class Meters implements Consumer<Changes> {

  /** Name for all types beyond the most; no type can have it. */
  public static final String OTHERS = "(others)";

  static final int MOST_TYPES = 1_000;

  /** Percentiles of so many types are reckoned a second. */
  private static final int RECKONED = 100;

  private static final int PART_SECONDS = 60 / Latency.PARTS;

  private final Map<String, Meter> byType = new HashMap<>();
  private final List<Meter> all = new ArrayList<>();
  private final Histogram scratch = Latency.scratch();
  private final Meter.Sums sums = new Meter.Sums();
  private final Steps steps = new Steps();
  private final Consumer<StoredTask> failures;
  private final Seconds seconds;
  private Meter last = new Meter(OTHERS);
  private Latencies together = Latencies.NONE;
  private int reckoned;
  private int second;

  /**
   * Nothing has happened yet.
   *
   * @param failures is to see each record of a task with which an attempt or the task failed
   */
  public Meters(long nanos, Consumer<StoredTask> failures) {
    this.seconds = new Seconds(nanos);
    this.failures = failures;
  }

  @Override
  public void accept(Changes changes) {
    List<StoredTask> tasks = changes.tasks();
    for (int i = 0; i < tasks.size(); i++) {
      see(tasks.get(i));
    }
  }

  void see(StoredTask task) {
    switch (task.state()) {
      case RUNNING -> {
        // What became of it counts.
      }
      case QUEUED -> meter(task.spec().type()).goesOn(task);
      case SCHEDULED -> {
        meter(task.spec().type()).goesOn(task);
        if (task.history() != null) {
          failures.accept(task);
        }
      }
      case FAILED -> {
        meter(task.spec().type()).ended(task);
        failures.accept(task);
      }
      default -> meter(task.spec().type()).ended(task);
    }
  }

  private Meter meter(String type) {
    if (!last.type.equals(type)) {
      last = find(type);
    }
    return last;
  }

  private Meter find(String type) {
    Meter known = byType.get(type);
    if (known != null) {
      return known;
    }
    return byType.size() < MOST_TYPES ? add(type) : byType.computeIfAbsent(OTHERS, this::create);
  }

  private Meter add(String type) {
    return byType.computeIfAbsent(type, this::create);
  }

  private Meter create(String type) {
    Meter meter = new Meter(type);
    all.add(meter);
    return meter;
  }

  /** To be called each second. */
  public void tick(List<TypeView> types, long nanos) {
    all.forEach(meter -> meter.oldest(0));
    types.forEach(this::oldest);
    int place = seconds.next(nanos);
    all.forEach(meter -> meter.sample(place));
    reckon();
    second++;
    if (second % Steps.SECONDS == 0) {
      steps.add(all, seconds, types.stream().mapToLong(TypeView::queued).sum(), nanos);
    }
    if (second % PART_SECONDS == 0) {
      all.forEach(Meter::turn);
      steps.turn();
    }
  }

  private void oldest(TypeView type) {
    Meter known = byType.get(type.type());
    if (known != null) {
      known.oldest(type.oldestMillis());
    }
  }

  private void reckon() {
    for (int i = 0; i < RECKONED && reckoned < all.size(); i++) {
      all.get(reckoned++).reckon(scratch, sums);
    }
    if (reckoned == all.size()) {
      reckoned = 0;
      together = sums.take();
    }
  }

  /** What that type's tasks did lately; nothing if it is not seen by itself. */
  public TypeFigures figures(String type) {
    Meter known = byType.get(type);
    return known == null ? TypeFigures.NONE : known.figures(seconds);
  }

  /** What all tasks did lately. */
  public TypeFigures figures() {
    TypeFigures sum = TypeFigures.NONE;
    for (Meter each : all) {
      sum = sum.plus(each.figures(seconds), together);
    }
    return sum;
  }

  /** What all tasks did in the last quarter of an hour, step by step, the oldest first. */
  List<Step> steps() {
    return steps.all();
  }

  /**
   * What happened since the start, by type.
   *
   * @param most so many types at most; the last one stands for all others
   */
  public List<TypeCounts> counts(int most) {
    List<TypeCounts> counts = new ArrayList<>();
    TypeCounts others = null;
    for (Meter each : all) {
      TypeCounts its = each.counts();
      if (counts.size() < most - 1 && !each.type.equals(OTHERS)) {
        counts.add(its);
      } else {
        others = others == null ? its.plus(NOTHING, OTHERS) : others.plus(its, OTHERS);
      }
    }
    if (others != null) {
      counts.add(others);
    }
    return counts;
  }

  private static final TypeCounts NOTHING = new Meter(OTHERS).counts();
}
