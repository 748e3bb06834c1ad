package dev.errand.worker;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.frame.Grant;
import dev.errand.worker.api.BlockingTaskHandler;
import java.util.concurrent.RejectedExecutionException;

/**
 * An attempt on a thread of its own. Its lock makes sure that an interrupt meets this attempt on
 * the thread, never the one behind it.
 */
final class BlockingRun extends ActiveAttempt implements Runnable {

  private final BlockingTaskHandler handler;
  private final BlockingThreads threads;

  /** Not this, which the handler has too: the worker must never wait for it. */
  private final Object lock = new Object();

  /** Null: the handler is not on it. Guarded by the lock. */
  private Thread thread;

  BlockingRun(
      Grant grant, AttemptRunner runner, BlockingTaskHandler handler, BlockingThreads threads) {
    super(grant, runner);
    this.handler = handler;
    this.threads = threads;
  }

  /** Begins as soon as there is a thread. */
  void start() {
    try {
      threads.run(this);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // An error, not a release: it would come straight back.
      done(Ending.failed(ErrorKind.HANDLER, "the worker has no thread for it: " + e));
    }
  }

  @Override
  public void run() {
    if (!enter()) {
      runner.onOwner(this::neverBegan);
      return;
    }
    Ending ending;
    try {
      ending = Ending.returned(handler.handle(this), resultLimit());
    } catch (Throwable e) {
      ending = Ending.threw(e);
    } finally {
      leave();
    }
    done(ending);
  }

  private boolean enter() {
    synchronized (lock) {
      if (isCancelled()) {
        return false;
      }
      begin();
      thread = Thread.currentThread();
      return true;
    }
  }

  private void leave() {
    synchronized (lock) {
      thread = null;
      // One that came too late, or that the handler left behind.
      Thread.interrupted();
    }
  }

  private void done(Ending ending) {
    runner.onOwner(
        () -> {
          runner.outcome(this, ending);
          runner.ended(this);
        });
  }

  private void neverBegan() {
    runner.release(this, "it was cancelled before it began");
    runner.ended(this);
  }

  @Override
  void callback(Runnable task) {
    threads.callback(task);
  }

  @Override
  void stop() {
    signal();
    interrupt();
  }

  /** Interrupts the handler, if it is on its thread. */
  private void interrupt() {
    synchronized (lock) {
      if (thread != null) {
        thread.interrupt();
      }
    }
  }
}
