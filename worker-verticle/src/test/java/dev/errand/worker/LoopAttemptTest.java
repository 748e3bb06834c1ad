package dev.errand.worker;

import static dev.errand.worker.Tasks.loop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.Rig.Told;
import dev.errand.worker.handlers.EchoHandler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What an attempt on an event loop comes to: a result, an error, or its answer to a cancel. */
class LoopAttemptTest extends LoopFixture {

  @Test
  void anAttemptTellsItsResultThenThatItHasEnded() {
    rig = new Rig(new EchoHandler(), waits);
    Told echo = rig.awaitEnd(rig.run("echo", "{\"a\": 1.0}"));
    assertThat(echo.result.text()).isEqualTo("{\"a\": 1.0}");
    assertThat(echo.calls).containsExactly("outcome", "ended");
    long lease = runWaiting(1).get(0);
    assertThat(rig.told(lease).calls).isEmpty();
    completeWaiting();
    Told waited = rig.awaitEnd(lease);
    assertThat(waited.result.text()).isEqualTo("\"there\"");
    assertThat(waited.runMicros).isPositive();
    assertThat(waited.calls).containsExactly("outcome", "ended");
  }

  @Test
  void whateverAHandlerThrowsFailsItsAttempt() {
    List<Throwable> all =
        List.of(
            new IllegalStateException("broken"),
            new StackOverflowError(),
            new NoClassDefFoundError("com/acme/Missing"),
            new OutOfMemoryError("Java heap space"),
            new InternalError("vm"),
            new AssertionError(3));
    AtomicInteger next = new AtomicInteger();
    rig =
        new Rig(
            loop(
                "throws",
                task -> {
                  throw Tasks.<RuntimeException>sneaky(all.get(next.getAndIncrement()));
                }));
    for (Throwable thrown : all) {
      Told told = rig.awaitEnd(rig.run("throws"));
      assertThat(told.error.kind()).isEqualTo(ErrorKind.HANDLER);
      assertThat(told.error.message()).isEqualTo(thrown.toString());
      assertThat(told.error.detail()).startsWith(thrown.getClass().getName());
      assertThat(told.calls).containsExactly("outcome", "ended");
    }
  }

  @Test
  void aFailedFutureFailsTheAttempt() {
    rig =
        new Rig(
            loop("fails", task -> Future.failedFuture("at once")),
            loop(
                "fails-later",
                task ->
                    Vertx.currentContext()
                        .owner()
                        .timer(1)
                        .compose(any -> Future.failedFuture(new IllegalStateException("later")))));
    assertThat(rig.awaitEnd(rig.run("fails")).error.message()).isEqualTo("at once");
    assertThat(rig.awaitEnd(rig.run("fails-later")).error.message())
        .isEqualTo("java.lang.IllegalStateException: later");
  }

  @Test
  void noFutureFailsTheAttempt() {
    rig = new Rig(loop("null", task -> null));
    Told told = rig.awaitEnd(rig.run("null"));
    assertThat(told.error.kind()).isEqualTo(ErrorKind.HANDLER);
    assertThat(told.error.message()).isEqualTo("the handler returned no future");
  }

  @Test
  void anExceptionThatEscapesFromACallbackFailsTheAttempt() {
    rig =
        new Rig(
            loop(
                "escapes",
                task -> {
                  Promise<String> never = Promise.promise();
                  Vertx.currentContext()
                      .owner()
                      .setTimer(
                          1,
                          any -> {
                            throw new IllegalStateException("in a timer");
                          });
                  return never.future();
                }));
    Told told = rig.awaitEnd(rig.run("escapes"));
    assertThat(told.error.message()).isEqualTo("java.lang.IllegalStateException: in a timer");
    assertThat(told.error.detail()).contains("LoopAttemptTest");
    assertThat(told.calls).containsExactly("outcome", "ended");
  }

  @Test
  void anAttemptCompletesOnce() {
    Promise<String> promise = Promise.promise();
    rig =
        new Rig(
            loop(
                "twice",
                task -> {
                  Context context = Vertx.currentContext();
                  promise.complete("first");
                  context.runOnContext(
                      any -> {
                        throw new IllegalStateException("second");
                      });
                  return promise.future();
                }),
            new EchoHandler());
    long lease = rig.run("twice");
    rig.awaitEnd(lease);
    for (int i = 0; i < 20; i++) {
      rig.awaitEnd(rig.run("echo"));
    }
    assertThat(rig.told(lease).calls).containsExactly("outcome", "ended");
    assertThat(rig.told(lease).result.text()).isEqualTo("\"first\"");
  }

  @Test
  void resultsThatAreNoneFailTheAttempt() {
    rig =
        new Rig(
            loop("object", task -> Future.succeededFuture(new Object())),
            loop("large", task -> Future.succeededFuture("x".repeat(99))));
    rig.resultLimit = 100;
    Told object = rig.awaitEnd(rig.run("object"));
    assertThat(object.error.kind()).isEqualTo(ErrorKind.RESULT_INVALID);
    assertThat(object.error.message()).contains("java.lang.Object");
    assertThat(rig.awaitEnd(rig.run("large")).error.kind()).isEqualTo(ErrorKind.RESULT_TOO_LARGE);
  }

  @Test
  void aCancelledAttemptLearnsTheReasonAndEndsWhenItsFutureDoes() {
    Semaphore begun = new Semaphore(0);
    rig =
        new Rig(
            loop(
                "polite",
                task -> {
                  assertThat(task.isCancelled()).isFalse();
                  begun.release();
                  return task.cancelled().map(reason -> reason + " " + task.isCancelled());
                }));
    for (CancelReason reason : CancelReason.values()) {
      long lease = rig.run("polite");
      Rig.await(begun::tryAcquire);
      rig.cancel(lease, reason);
      rig.cancel(lease, CancelReason.LOST);
      Told told = rig.awaitEnd(lease);
      assertThat(told.result.text()).isEqualTo("\"" + reason + " true\"");
      assertThat(told.calls).containsExactly("outcome", "ended");
    }
  }
}
