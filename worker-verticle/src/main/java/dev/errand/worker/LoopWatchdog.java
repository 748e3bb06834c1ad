package dev.errand.worker;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.frame.CancelReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees when a step holds up its lane, gives the lane another thread, and says whose step it is;
 * {@link EventLoopLanes} tells the whole of it, and has the same owner.
 */
final class LoopWatchdog {

  private static final Logger log = LoggerFactory.getLogger(LoopWatchdog.class);

  static final long DEPOSED_AFTER = TimeUnit.MILLISECONDS.toNanos(250);
  static final long BLOCKED_AFTER = TimeUnit.SECONDS.toNanos(2);
  static final int MAX_STUCK = 64;

  private final List<Lane> lanes;
  private final List<LaneThread> stuck = new ArrayList<>();
  private final Set<String> blockingTypes = new HashSet<>();

  LoopWatchdog(List<Lane> lanes) {
    this.lanes = lanes;
  }

  /** Whether an attempt of that type has blocked a lane. */
  boolean knows(String type) {
    return blockingTypes.contains(type);
  }

  /** Whether a thread has not come out of a step of that attempt, as far as was seen. */
  boolean isOnThread(LoopAttempt one) {
    return one.lane.thread().suspect() == one
        || stuck.stream().anyMatch(thread -> thread.suspect() == one);
  }

  /**
   * Looks at all threads.
   *
   * @param passed since the last time, in nanoseconds
   */
  void look(long passed) {
    for (LaneThread thread : stuck) {
      thread.look(passed);
      blame(thread);
    }
    for (Lane lane : lanes) {
      if (lane.thread() != null) {
        lane.thread().look(passed);
        keepGoing(lane);
        blame(lane.thread());
      }
    }
  }

  private void keepGoing(Lane lane) {
    LaneThread thread = lane.thread();
    if (lane.isBlocked() && stuck.size() < MAX_STUCK && thread.depose()) {
      thread.suspect().held = true;
      stuck.add(thread);
      startAgain(lane);
    } else if (!lane.closed() && (thread.deposed() || !thread.isAlive())) {
      // There was no thread to be had the last time.
      startAgain(lane);
    }
  }

  private static void startAgain(Lane lane) {
    try {
      lane.open();
    } catch (OutOfMemoryError e) {
      log.error("no thread for an event loop, will try again", e);
    }
  }

  /** A deposed thread has come back. */
  void returned(LaneThread thread) {
    stuck.remove(thread);
    thread.suspect().lane.resume(thread.suspect());
  }

  private void blame(LaneThread thread) {
    if (thread.silentNanos() < BLOCKED_AFTER || thread.blamed) {
      return;
    }
    thread.blamed = true;
    LoopAttempt attempt = thread.suspect();
    TaskError error = blocked(attempt.type(), thread);
    if (blockingTypes.add(attempt.type())) {
      log.warn("attempts of '{}' keep to an event loop of their own from now on", attempt.type());
    }
    attempt.runner.outcome(attempt, Ending.failed(error));
    attempt.runner.onOwner(() -> {});
    if (attempt.remember(CancelReason.TIMEOUT)) {
      attempt.signal();
    }
    if (thread.deposed()) {
      // Else the interrupt could meet another attempt.
      thread.interrupt();
    }
  }

  private static TaskError blocked(String type, LaneThread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    String message =
        String.format(
            Locale.ROOT,
            "the handler of '%s' has blocked its event loop for %.1f s%s;"
                + " make it a BlockingTaskHandler",
            type,
            thread.silentNanos() / 1e9,
            place(stack));
    return new TaskError(ErrorKind.HANDLER, message, Failure.top(stack, Failure.MAX_LINES));
  }

  /** The topmost frame that is not the JDK's: that one says what waits, not who. */
  private static String place(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (!frame.getClassName().matches("(java|javax|jdk|sun|com\\.sun)\\..*")) {
        return " at " + Failure.place(frame);
      }
    }
    return "";
  }

  /** Interrupts what is stuck. */
  void close() {
    stuck.forEach(Thread::interrupt);
  }
}
