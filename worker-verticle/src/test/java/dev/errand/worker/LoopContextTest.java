package dev.errand.worker;

import static dev.errand.worker.Tasks.loop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.handlers.EchoHandler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Where the steps of an attempt on an event loop run, and what they leave behind there. */
class LoopContextTest extends LoopFixture {

  @Test
  void allOfAnAttemptRunsOnItsOwnContextOneStepAtATime() {
    Queue<String> threads = new ConcurrentLinkedQueue<>();
    Queue<Context> contexts = new ConcurrentLinkedQueue<>();
    AtomicInteger inside = new AtomicInteger();
    Runnable note =
        () -> {
          assertThat(inside.incrementAndGet()).isEqualTo(1);
          threads.add(Thread.currentThread().getName());
          contexts.add(Vertx.currentContext());
          inside.decrementAndGet();
        };
    rig =
        new Rig(
            loop(
                "steps",
                task -> {
                  note.run();
                  Vertx vertx = Vertx.currentContext().owner();
                  Promise<String> last = Promise.promise();
                  task.cancelled().onSuccess(reason -> note.run());
                  vertx.setTimer(1, any -> note.run());
                  vertx
                      .timer(2)
                      .compose(any -> vertx.executeBlocking(() -> "x"))
                      .onSuccess(any -> note.run())
                      .compose(any -> task.cancelled())
                      .onSuccess(
                          any -> {
                            note.run();
                            last.complete(String.valueOf(threads.size()));
                          });
                  return last.future();
                }));
    long lease = rig.run("steps");
    Rig.await(() -> threads.size() == 3);
    rig.cancel(lease, CancelReason.CANCELLED);
    assertThat(rig.awaitEnd(lease).result.text()).isEqualTo("\"5\"");
    assertThat(threads).allMatch(name -> name.startsWith("errand-loop-"));
    assertThat(contexts.stream().distinct()).hasSize(1).doesNotContainNull();
  }

  @Test
  void theFutureOfASubmissionCompletesOnTheAttemptsContext() {
    Queue<String> threads = new ConcurrentLinkedQueue<>();
    rig =
        new Rig(
            loop(
                "submits",
                task ->
                    task.submit(TaskRequest.of("other", 1))
                        .otherwiseEmpty()
                        .map(
                            any -> {
                              threads.add(Thread.currentThread().getName());
                              return "done";
                            })));
    long lease = rig.run("submits");
    Rig.await(() -> rig.submitted.size() == 1);
    rig.onOwner(() -> rig.submitted.values().forEach(promise -> promise.fail("refused")));
    assertThat(rig.awaitEnd(lease).result.text()).isEqualTo("\"done\"");
    assertThat(threads).allMatch(name -> name.startsWith("errand-loop-")).hasSize(1);
  }

  @Test
  void resultsAreEncodedOnTheLane() {
    Promise<Object> elsewhere = Promise.promise();
    rig = new Rig(loop("bean", task -> elsewhere.future()), new EchoHandler());
    long lease = rig.run("bean");
    rig.awaitEnd(rig.run("echo"));
    rig.onOwner(() -> elsewhere.complete(new SaysWhereItIsRead()));
    assertThat(rig.awaitEnd(lease).result.text()).startsWith("{\"thread\":\"errand-loop-");
  }

  /** A result that knows who encodes it. */
  public static final class SaysWhereItIsRead {
    public String getThread() {
      return Thread.currentThread().getName();
    }
  }

  @Test
  void anotherVertxThatAHandlerUsesCallsBackOnItsContextToo() {
    Vertx other = Vertx.vertx();
    Queue<String> threads = new ConcurrentLinkedQueue<>();
    rig =
        new Rig(
            loop(
                "other",
                task ->
                    other
                        .timer(1)
                        .map(
                            any -> {
                              threads.add(Thread.currentThread().getName());
                              return "x";
                            })));
    assertThat(rig.awaitEnd(rig.run("other")).result.text()).isEqualTo("\"x\"");
    assertThat(threads).hasSize(1).allMatch(name -> name.startsWith("errand-loop-"));
    Future<Void> closed = other.close();
    Rig.await(closed::isComplete);
  }

  @Test
  void otherUsersOfVertxKeepTheirLoops() throws Exception {
    rig = new Rig(new EchoHandler());
    Vertx vertx = Vertx.vertx();
    try {
      Promise<Boolean> isLoop = Promise.promise();
      vertx
          .getOrCreateContext()
          .runOnContext(any -> isLoop.complete(Context.isOnEventLoopThread()));
      Rig.await(() -> isLoop.future().isComplete());
      assertThat(isLoop.future().result()).isTrue();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void noInterruptReachesTheNextAttempt() {
    rig =
        new Rig(
            loop(
                "selfish",
                task -> {
                  Thread.currentThread().interrupt();
                  return Future.succeededFuture();
                }),
            loop("says", task -> Future.succeededFuture(Thread.currentThread().isInterrupted())));
    for (int i = 0; i < 100; i++) {
      rig.awaitEnd(rig.run("selfish"));
      assertThat(rig.awaitEnd(rig.run("says")).result.text()).isEqualTo("false");
    }
  }
}
