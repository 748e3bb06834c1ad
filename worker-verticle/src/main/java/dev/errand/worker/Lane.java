package dev.errand.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * An event loop whose thread can be replaced: the steps of the attempts that are on it, in their
 * order. Owner: the worker's context, but for the queue and what {@link LaneThread} calls.
 */
final class Lane {

  private final String name;
  private final Consumer<LaneThread> onReturn;
  private final Lock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();

  /** What was added since the thread last looked. Guarded by the lock. */
  private Queue<Step> added = new ArrayDeque<>();

  /** What comes before. Owner: the thread of the moment; it leaves this to the next one. */
  private Queue<Step> steps = new ArrayDeque<>();

  private final List<LoopAttempt> starts = new ArrayList<>();
  private final List<LoopAttempt> attempts = new ArrayList<>();
  private volatile boolean closed;
  private LaneThread thread;
  private int threads;

  /**
   * A lane that performs nothing until {@link #open}.
   *
   * @param onReturn told when a deposed thread has come out of its step; on that thread
   */
  Lane(String name, Consumer<LaneThread> onReturn) {
    this.name = name;
    this.onReturn = onReturn;
  }

  /** Something to do for an attempt. */
  sealed interface Step permits LoopAttempt, Later {

    LoopAttempt of();

    /** Null: what was kept while the attempt was stuck in another thread. */
    Runnable task();
  }

  /** Any step of an attempt but its first, which is the attempt itself. */
  private record Later(LoopAttempt of, Runnable task) implements Step {}

  /** Adds a step; from any thread. */
  void add(LoopAttempt of, Runnable task) {
    addAll(List.of(new Later(of, task)));
  }

  /** Lets an attempt go on that was stuck in a thread which is back now. */
  void resume(LoopAttempt of) {
    add(of, null);
  }

  /** Adds an attempt that begins with the next {@link #flush}. */
  void start(LoopAttempt one) {
    one.place = attempts.size();
    attempts.add(one);
    starts.add(one);
  }

  /**
   * Takes an attempt from it.
   *
   * @return false if it has left already
   */
  boolean leave(LoopAttempt one) {
    if (one.hasLeft()) {
      return false;
    }
    // The last one takes its place.
    LoopAttempt last = attempts.remove(attempts.size() - 1);
    if (last != one) {
      attempts.set(one.place, last);
      last.place = one.place;
    }
    one.place = -1;
    return true;
  }

  /** The attempts that are on it, in no order. */
  List<LoopAttempt> attempts() {
    return attempts;
  }

  /** Wakes the thread once for all that start. */
  void flush() {
    if (!starts.isEmpty()) {
      addAll(starts);
      starts.clear();
    }
  }

  private void addAll(List<? extends Step> more) {
    lock.lock();
    try {
      added.addAll(more);
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next step. */
  Step take() throws InterruptedException {
    if (steps.isEmpty()) {
      awaitSteps();
    }
    return steps.remove();
  }

  /** Takes all that were added at once: a lock for each would cost as much as many a step. */
  private void awaitSteps() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (added.isEmpty()) {
        filled.await();
      }
      Queue<Step> empty = steps;
      steps = added;
      added = empty;
    } finally {
      lock.unlock();
    }
  }

  void returned(LaneThread deposed) {
    onReturn.accept(deposed);
  }

  boolean closed() {
    return closed;
  }

  /** Gives it a thread. */
  void open() {
    LaneThread next = new LaneThread(this, threads == 0 ? name : name + "." + threads);
    next.start();
    threads++;
    thread = next;
  }

  /** The thread that performs its steps; null before {@link #open}. */
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
