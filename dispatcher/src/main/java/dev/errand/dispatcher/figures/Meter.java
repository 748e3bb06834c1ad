package dev.errand.dispatcher.figures;

import dev.errand.dispatcher.core.HistoryEntry;
import dev.errand.dispatcher.core.HistoryEntry.Event;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.protocol.TaskState;
import org.HdrHistogram.Histogram;

/** Counts what happens to the tasks of one type. Owner: the dispatcher's event loop. */
final class Meter {

  private static final int LAST_10_SECONDS = 10;
  private static final int LAST_MINUTE = 60;

  final String type;
  private final Latency waits = new Latency();
  private final Latency runs = new Latency();
  private final Latency totals = new Latency();
  private long submitted;
  private long succeeded;
  private long failed;
  private long cancelled;
  private long failedAttempts;
  private long lostAttempts;
  private long oldestMillis;

  /** As the counts were at each of the last seconds. */
  private final long[] submittedAt = new long[Seconds.KEPT];

  private final long[] endedAt = new long[Seconds.KEPT];
  private final long[] succeededAt = new long[Seconds.KEPT];
  private final long[] failedAttemptsAt = new long[Seconds.KEPT];
  private final long[] oldestAt = new long[Seconds.KEPT];

  private Latencies latencies = Latencies.NONE;

  Meter(String type) {
    this.type = type;
  }

  /** A new record of a task that has not ended. */
  void goesOn(StoredTask task) {
    HistoryEntry last = task.history();
    if (last == null) {
      if (task.lease() == null) {
        submitted++;
      }
    } else if (task.state() == TaskState.SCHEDULED) {
      // Its attempt failed, and another follows.
      failedAttempts++;
    } else if (last.event() == Event.LOST) {
      lostAttempts++;
    }
  }

  /** The last record of a task. */
  void ended(StoredTask task) {
    HistoryEntry last = task.history();
    switch (task.state()) {
      case SUCCEEDED -> succeeded++;
      case CANCELLED -> cancelled++;
      default -> failed(last.event());
    }
    if (last.attempt() > 0) {
      waits.record(firstBegan(task, last) - couldBegin(task));
      runs.record(last.to() - last.from());
    }
    totals.record(task.due() - task.opened());
  }

  private void failed(Event how) {
    failed++;
    if (how == Event.FAILED || how == Event.TIMED_OUT) {
      failedAttempts++;
    } else if (how == Event.LOST) {
      lostAttempts++;
    }
  }

  /** A manual retry does not wait for the delay again. */
  private static long couldBegin(StoredTask task) {
    boolean first = task.tries().generation() == 1;
    return first ? task.opened() + task.spec().terms().delay() : task.opened();
  }

  /** In this generation. */
  private static long firstBegan(StoredTask task, HistoryEntry last) {
    if (task.tries().attempts() == 1) {
      return last.from();
    }
    long began = last.from();
    for (HistoryEntry each = last;
        each != null && each.event() != Event.RETRIED;
        each = each.before()) {
      began = each.attempt() > 0 ? each.from() : began;
    }
    return began;
  }

  /** How long the oldest of its queue has waited by now. */
  void oldest(long millis) {
    oldestMillis = millis;
  }

  /** A second is over. */
  void sample(int place) {
    submittedAt[place] = submitted;
    endedAt[place] = ended();
    succeededAt[place] = succeeded;
    failedAttemptsAt[place] = failedAttempts;
    oldestAt[place] = oldestMillis;
  }

  private long ended() {
    return succeeded + failed + cancelled;
  }

  /** A part of the minute is over. */
  void turn() {
    waits.turn();
    runs.turn();
    totals.turn();
  }

  /**
   * Reckons the percentiles anew.
   *
   * @param scratch is changed
   * @param all gets the times added
   */
  void reckon(Histogram scratch, Sums all) {
    if (latencies == Latencies.NONE && ended() == 0) {
      return;
    }
    latencies =
        new Latencies(
            reckon(waits, scratch, all.waits()),
            reckon(runs, scratch, all.runs()),
            reckon(totals, scratch, all.totals()));
  }

  private static Percentiles reckon(Latency times, Histogram scratch, Histogram all) {
    scratch.reset();
    times.addTo(scratch);
    all.add(scratch);
    return Percentiles.of(scratch);
  }

  /** Adds the times of the part of the minute that goes on. */
  void addPart(Histogram allWaits, Histogram allRuns) {
    waits.addPartTo(allWaits);
    runs.addPartTo(allRuns);
  }

  /** Times of many types. */
  record Sums(Histogram waits, Histogram runs, Histogram totals) {

    Sums() {
      this(Latency.scratch(), Latency.scratch(), Latency.scratch());
    }

    Latencies take() {
      Latencies together =
          new Latencies(Percentiles.of(waits), Percentiles.of(runs), Percentiles.of(totals));
      waits.reset();
      runs.reset();
      totals.reset();
      return together;
    }
  }

  TypeFigures figures(Seconds seconds) {
    return new TypeFigures(
        rates(seconds, LAST_10_SECONDS),
        rates(seconds, LAST_MINUTE),
        seconds.grown(failedAttemptsAt, LAST_MINUTE),
        seconds.grown(succeededAt, LAST_MINUTE),
        latencies,
        seconds.grown(oldestAt, LAST_10_SECONDS));
  }

  /** In the last seconds. */
  Rates rates(Seconds seconds, int last) {
    return new Rates(
        seconds.rate(submittedAt, last),
        seconds.rate(endedAt, last),
        seconds.rate(failedAttemptsAt, last));
  }

  TypeCounts counts() {
    return new TypeCounts(
        type,
        submitted,
        succeeded,
        failed,
        cancelled,
        failedAttempts,
        lostAttempts,
        waits.times(),
        runs.times(),
        totals.times());
  }
}
