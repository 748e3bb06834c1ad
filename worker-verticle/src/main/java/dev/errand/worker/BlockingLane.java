package dev.errand.worker;

import dev.errand.protocol.ErrorKind;
import dev.errand.worker.api.BlockingTaskHandler;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs attempts of handlers that block. Owner: the worker's context, which calls all methods but
 * {@link #done} and {@link #neverBegan}.
 */
final class BlockingLane {

  private final BlockingThreads threads;
  private final LaneListener listener;
  private final Map<ActiveAttempt, BlockingRun> runs = new HashMap<>();

  BlockingLane(BlockingThreads threads, LaneListener listener) {
    this.threads = threads;
    this.listener = listener;
  }

  void run(ActiveAttempt attempt, BlockingTaskHandler handler) {
    attempt.callbacksOn(threads::callback);
    BlockingRun run = new BlockingRun(attempt, handler, this);
    runs.put(attempt, run);
    try {
      threads.run(run);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // An error, not a release: it would come straight back.
      done(run, Ending.failed(ErrorKind.HANDLER, "the worker has no thread for it: " + e));
    }
  }

  /** Asks a handler to stop; the attempt knows the reason. */
  void cancel(ActiveAttempt attempt) {
    BlockingRun run = runs.get(attempt);
    if (run != null) {
      attempt.signal();
      run.interrupt();
    }
  }

  /** The handler is out of its thread. */
  void done(BlockingRun run, Ending ending) {
    listener.onOwner(() -> end(run, ending));
  }

  private void end(BlockingRun run, Ending ending) {
    runs.remove(run.attempt);
    listener.outcome(run.attempt, ending);
    listener.ended(run.attempt);
  }

  /** It was cancelled before its thread came to it. */
  void neverBegan(BlockingRun run) {
    listener.onOwner(
        () -> {
          runs.remove(run.attempt);
          listener.release(run.attempt, "it was cancelled before it began");
          listener.ended(run.attempt);
        });
  }

  /** Interrupts what runs. */
  void close() {
    threads.close();
  }
}
