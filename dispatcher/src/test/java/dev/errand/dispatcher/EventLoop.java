package dev.errand.dispatcher;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The event loop that a test's dispatcher runs on, for the test's own thread.
 *
 * @param context of the dispatcher
 */
public record EventLoop(Context context) {

  private static final long SECONDS = 20;

  /** Runs it there. */
  public <T> T run(Callable<T> step) {
    return get(() -> Future.succeededFuture(step.call()));
  }

  /** What comes of a call there; an error if that fails. */
  public <T> T get(Callable<Future<T>> call) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(any -> answer(call).onComplete(promise));
    try {
      return promise
          .future()
          .toCompletionStage()
          .toCompletableFuture()
          .get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static <T> Future<T> answer(Callable<Future<T>> call) {
    try {
      return call.call();
    } catch (Exception | AssertionError e) {
      return Future.failedFuture(e);
    }
  }
}
