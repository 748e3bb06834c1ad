package dev.errand.worker;

import dev.errand.worker.api.BlockingTaskHandler;

/**
 * An attempt on a thread of its own. Its lock makes sure that an interrupt meets this attempt on
 * the thread, never the one behind it.
 */
final class BlockingRun implements Runnable {

  final ActiveAttempt attempt;
  private final BlockingTaskHandler handler;
  private final BlockingLane lane;
  private Thread thread;

  BlockingRun(ActiveAttempt attempt, BlockingTaskHandler handler, BlockingLane lane) {
    this.attempt = attempt;
    this.handler = handler;
    this.lane = lane;
  }

  @Override
  public void run() {
    if (!enter()) {
      lane.neverBegan(this);
      return;
    }
    Ending ending;
    try {
      ending = Ending.returned(handler.handle(attempt), attempt.resultLimit());
    } catch (Throwable e) {
      ending = Ending.threw(e);
    } finally {
      leave();
    }
    lane.done(this, ending);
  }

  private synchronized boolean enter() {
    if (attempt.isCancelled()) {
      return false;
    }
    attempt.begin();
    thread = Thread.currentThread();
    return true;
  }

  private synchronized void leave() {
    thread = null;
    // One that came too late, or that the handler left behind.
    Thread.interrupted();
  }

  /** Interrupts the handler, if it is on its thread. */
  synchronized void interrupt() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
