package dev.errand.command.client;

import dev.errand.protocol.TaskState;
import java.util.BitSet;

/** How a batch stands, as far as this command knows. Thread-safe. */
final class Tally {

  private static final int SHOWN_REJECTIONS = 20;

  private final Screen screen;
  private final BitSet known = new BitSet();
  private long sent;
  private long rejected;
  private long succeeded;
  private long failed;
  private long cancelled;
  private boolean isUploaded;

  /**
   * All numbers of one moment.
   *
   * @param taken tasks that the dispatcher has
   * @param rejected lines that are no tasks
   * @param isUploaded whether no more will come
   */
  record Figures(
      long taken, long rejected, long succeeded, long failed, long cancelled, boolean isUploaded) {

    long done() {
      return succeeded + failed + cancelled;
    }

    /** For people; few batches have cancelled tasks. */
    String notSucceeded() {
      return failed + " failed" + (cancelled == 0 ? "" : ", " + cancelled + " cancelled");
    }

    boolean isComplete() {
      return isUploaded && done() >= taken;
    }
  }

  Tally(Screen screen) {
    this.screen = screen;
  }

  /** So many lines more have been answered for: taken, or rejected. */
  synchronized void sent(long lines) {
    sent += lines;
    notifyAll();
  }

  /** The dispatcher rejects so many lines more than it tells one by one. */
  synchronized void rejectedBeside(long count) {
    rejected += Math.max(0, count);
  }

  /** That line is no task; it is one of those that were sent. */
  synchronized void rejected(long line, String problem) {
    rejected++;
    if (rejected <= SHOWN_REJECTIONS) {
      screen.say("line " + line + " is rejected: " + problem);
    } else if (rejected == SHOWN_REJECTIONS + 1) {
      screen.say("more lines are rejected; the first " + SHOWN_REJECTIONS + " are shown");
    }
  }

  synchronized void uploaded() {
    isUploaded = true;
    notifyAll();
  }

  /** Whether the task's end is new. */
  synchronized boolean ended(ResultLine task) {
    int line = (int) Math.min(Integer.MAX_VALUE - 1, task.line());
    if (line > 0 && known.get(line)) {
      return false;
    }
    if (line > 0) {
      known.set(line);
    }
    if (task.is(TaskState.SUCCEEDED)) {
      succeeded++;
    } else if (task.is(TaskState.CANCELLED)) {
      cancelled++;
    } else {
      failed++;
    }
    return true;
  }

  /** Waits until there is more to come than has ended, or all is uploaded. */
  synchronized Figures awaitMore() throws InterruptedException {
    Figures now = figures();
    while (!now.isUploaded() && now.taken() <= now.done()) {
      wait();
      now = figures();
    }
    return now;
  }

  synchronized Figures figures() {
    return new Figures(sent - rejected, rejected, succeeded, failed, cancelled, isUploaded);
  }
}
