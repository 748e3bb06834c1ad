package dev.errand.worker;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * An event loop whose thread can be replaced: the steps of the attempts that are on it, in their
 * order. Owner: the worker's context, but for the queue and what {@link LaneThread} calls.
 */
final class Lane {

  private final String name;
  private final Consumer<LaneThread> onReturn;
  private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
  private volatile boolean closed;
  private LaneThread thread;
  private int threads;

  /** How many attempts are on it. */
  int attempts;

  /**
   * A lane that performs nothing until {@link #start}.
   *
   * @param onReturn told when a deposed thread has come out of its step; on that thread
   */
  Lane(String name, Consumer<LaneThread> onReturn) {
    this.name = name;
    this.onReturn = onReturn;
  }

  /**
   * Something to do for an attempt.
   *
   * @param task null: what was kept while the attempt was stuck in another thread
   */
  record Step(LoopAttempt of, Runnable task) {

    boolean resumes() {
      return task == null;
    }
  }

  /** Adds a step; from any thread. */
  void add(LoopAttempt of, Runnable task) {
    steps.add(new Step(of, task));
  }

  /** Lets an attempt go on that was stuck in a thread which is back now. */
  void resume(LoopAttempt of) {
    steps.add(new Step(of, null));
  }

  Step take() throws InterruptedException {
    return steps.take();
  }

  void returned(LaneThread deposed) {
    onReturn.accept(deposed);
  }

  boolean closed() {
    return closed;
  }

  /** Gives it a thread. */
  void start() {
    LaneThread next = new LaneThread(this, threads == 0 ? name : name + "." + threads);
    next.start();
    threads++;
    thread = next;
  }

  /** The thread that performs its steps; null before {@link #start}. */
  LaneThread thread() {
    return thread;
  }

  /** Whether its thread does not come out of a step, as far as was seen. */
  boolean isBlocked() {
    return thread != null && thread.silentNanos() >= LoopWatchdog.DEPOSED_AFTER;
  }

  void close() {
    closed = true;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
