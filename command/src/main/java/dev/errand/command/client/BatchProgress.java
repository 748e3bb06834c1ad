package dev.errand.command.client;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/** The line that tells how far a batch is. Called by one thread, a few times a second. */
final class BatchProgress {

  private static final int BAR_WIDTH = 20;
  private static final int MOST_SAMPLES = 20;
  private static final int MINUTE = 60;
  private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How many were done at that time. */
  private record Sample(long nanos, long done) {}

  private final boolean withResults;
  private final ArrayDeque<Sample> samples = new ArrayDeque<>();

  BatchProgress(boolean withResults) {
    this.withResults = withResults;
  }

  String line(Tally.Figures now, long nanos) {
    long done = withResults ? now.done() : now.taken();
    samples.add(new Sample(nanos, done));
    if (samples.size() > MOST_SAMPLES) {
      samples.remove();
    }
    double rate = rate();
    if (!withResults) {
      return now.taken() + " uploaded, " + Math.round(rate) + "/s";
    }
    String counts = done + " done, " + now.notSucceeded() + ", " + Math.round(rate) + "/s";
    if (!now.isUploaded()) {
      return now.taken() + " uploaded, " + counts;
    }
    double part = now.taken() == 0 ? 1 : Math.min(1, (double) done / now.taken());
    return bar(part) + " " + counts + left(now.taken() - done, rate);
  }

  private double rate() {
    long nanos = samples.getLast().nanos() - samples.getFirst().nanos();
    long done = samples.getLast().done() - samples.getFirst().done();
    return nanos == 0 ? 0 : done * SECOND_NANOS / nanos;
  }

  private static String bar(double part) {
    int full = (int) (part * BAR_WIDTH);
    return "["
        + "#".repeat(full)
        + "-".repeat(BAR_WIDTH - full)
        + "] "
        + (int) Math.floor(100 * part)
        + " %";
  }

  private static String left(long tasks, double rate) {
    if (tasks <= 0 || rate <= 0) {
      return "";
    }
    long seconds = Math.round(Math.ceil(tasks / rate));
    return seconds < 2 * MINUTE
        ? ", " + seconds + " s left"
        : ", " + seconds / MINUTE + " min left";
  }
}
