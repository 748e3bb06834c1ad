package dev.errand.worker;

import static dev.errand.worker.Tasks.loop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.Rig.Told;
import dev.errand.worker.api.TaskHandler;
import dev.errand.worker.handlers.EchoHandler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Attempts that hold up their event loop, or never answer: who goes on beside them, who is blamed,
 * and what is given back or written off.
 */
class LoopWatchdogTest extends LoopFixture {

  /** Enough to see a thread in one step for {@link LoopWatchdog#DEPOSED_AFTER}. */
  private static final int LOOKS_TO_DEPOSE = 3;

  /** Enough to see it there for {@link LoopWatchdog#BLOCKED_AFTER}. */
  private static final int LOOKS_TO_BLAME = 10;

  private static final int LOOKS_TO_WRITE_OFF = 42;
  private static final int LOOKS_TO_GIVE_BACK = 25;

  private final Blocker blocker = new Blocker();

  private final TaskHandler blocks =
      loop(
          "blocks",
          task -> {
            blocker.block();
            return Future.succeededFuture("late");
          });

  /** Comes before the fixture closes the rig. */
  @AfterEach
  void letOut() {
    blocker.open();
  }

  private void assertSucceeded(List<Long> leases) {
    for (long lease : leases) {
      Told told = rig.awaitEnd(lease);
      assertThat(told.error).isNull();
      assertThat(told.calls).containsExactly("outcome", "ended");
    }
  }

  @Test
  void aHandlerThatNeverAnswersEndsSomeTimeAfterItWasCancelled() {
    rig = new Rig(waits);
    long lease = runWaiting(1).get(0);
    rig.look(LOOKS_TO_WRITE_OFF);
    assertThat(rig.told(lease).calls).isEmpty();
    rig.cancel(lease, CancelReason.TIMEOUT);
    rig.look(LOOKS_TO_WRITE_OFF - 5);
    assertThat(rig.told(lease).calls).isEmpty();
    rig.look(5);
    assertThat(rig.told(lease).calls).containsExactly("ended");
    completeWaiting();
    rig.awaitEnd(runWaitingAndComplete());
    assertThat(rig.told(lease).calls).containsExactly("ended");
  }

  private long runWaitingAndComplete() {
    long lease = runWaiting(1).get(0);
    completeWaiting();
    return lease;
  }

  @Test
  void anAttemptThatIsCancelledBeforeItBeginsIsGivenBack() {
    rig = new Rig(blocks, new EchoHandler());
    int lanes = fillAllLanes();
    long lease = rig.runAndCancel("echo", CancelReason.LOST);
    Told told = rig.awaitEnd(lease);
    // Only after the call had returned: the caller may be looking through its attempts.
    assertThat(told.calls).containsExactly("cancelled", "release", "ended");
    blocker.open();
    rig.awaitEnd(rig.run("echo"));
    assertThat(told.calls).hasSize(3);
    assertThat(blocker.entered()).isEqualTo(lanes);
  }

  /** Blocks each lane, and nobody looks. */
  private int fillAllLanes() {
    int lanes = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    for (int i = 0; i < lanes; i++) {
      rig.run("blocks");
    }
    blocker.awaitEntered(lanes);
    return lanes;
  }

  @Test
  void attemptsBesideABlockedOneGoOnWhileItIsStuck() {
    rig = new Rig(blocks, waits, new EchoHandler());
    List<Long> bystanders = runWaiting(40);
    long culprit = rig.run("blocks");
    blocker.awaitEntered(1);
    rig.look(LOOKS_TO_DEPOSE);
    completeWaiting();
    assertSucceeded(bystanders);
    for (int i = 0; i < 40; i++) {
      assertSucceeded(List.of(rig.run("echo")));
    }
    assertThat(rig.told(culprit).calls).isEmpty();
    blocker.open();
    Told told = rig.awaitEnd(culprit);
    assertThat(told.result.text()).isEqualTo("\"late\"");
    assertThat(told.calls).containsExactly("outcome", "ended");
  }

  @Test
  void aHandlerThatBlocksFailsWithThePlaceAndEndsWhenItIsOut() {
    rig = new Rig(blocks);
    long lease = rig.run("blocks");
    blocker.awaitEntered(1);
    rig.look(LOOKS_TO_BLAME);
    Told told = rig.told(lease);
    assertThat(told.calls).containsExactly("outcome");
    assertThat(told.error.kind()).isEqualTo(ErrorKind.HANDLER);
    assertThat(told.error.message())
        .matches(
            "the handler of 'blocks' has blocked its event loop for 2\\.[0-9] s"
                // It has said that it is in before it waits.
                + " at dev\\.errand\\.worker\\.Blocker\\.(block|enter)\\(Blocker\\.java:[0-9]+\\);"
                + " make it a BlockingTaskHandler");
    assertThat(told.error.detail()).contains("Blocker.block", "LoopWatchdogTest");
    assertThat(told.error.detail()).doesNotContain("LaneThread");
    rig.look(LOOKS_TO_WRITE_OFF);
    assertThat(told.calls).containsExactly("outcome");
    blocker.open();
    rig.awaitEnd(lease);
    assertThat(told.calls).containsExactly("outcome", "ended");
  }

  @Test
  void aHandlerThatBlocksIsInterrupted() {
    rig = new Rig(blocker.patient());
    long lease = rig.run("patient");
    blocker.awaitEntered(1);
    rig.look(LOOKS_TO_BLAME);
    Told told = rig.awaitEnd(lease);
    assertThat(told.error.message()).contains("has blocked its event loop");
    assertThat(told.calls).containsExactly("outcome", "ended");
  }

  /** On the attempt's context as soon as its promise is completed. */
  private TaskHandler later(String type, Supplier<Object> then) {
    return loop(
        type,
        task -> {
          Context context = Vertx.currentContext();
          Promise<Object> promise = Promise.promise();
          promises.put(task.taskId(), promise);
          return promise
              .future()
              .compose(
                  any ->
                      Future.future(done -> context.runOnContext(on -> done.complete(then.get()))));
        });
  }

  private Object block() {
    blocker.block();
    return "out";
  }

  @Test
  void aLaterCallbackThatBlocksIsKnownToBeItsAttempts() {
    rig = new Rig(later("blocks-later", this::block), waits);
    List<Long> bystanders = runWaiting(20);
    Map<String, Promise<Object>> theirs = Map.copyOf(promises);
    promises.clear();
    List<Long> sameType = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sameType.add(rig.run("blocks-later"));
    }
    Rig.await(() -> promises.size() == 20);
    promises.get(Rig.taskId(sameType.get(11))).complete();
    blocker.awaitEntered(1);
    rig.look(LOOKS_TO_BLAME);
    Told told = rig.told(sameType.remove(11));
    assertThat(told.calls).containsExactly("outcome");
    assertThat(told.error.message()).contains("'blocks-later' has blocked its event loop");
    theirs.values().forEach(promise -> promise.complete("there"));
    assertSucceeded(bystanders);
    blocker.open();
    completeWaiting();
    assertSucceeded(sameType);
  }

  @Test
  void theStepsOfAnAttemptThatIsStuckWaitForItInTheirOrder() {
    Queue<String> order = new ConcurrentLinkedQueue<>();
    AtomicReference<Context> context = new AtomicReference<>();
    Promise<Object> promise = Promise.promise();
    rig =
        new Rig(
            loop(
                "stuck",
                task -> {
                  context.set(Vertx.currentContext());
                  context.get().runOnContext(any -> order.add("0"));
                  blocker.block();
                  order.add("out");
                  return promise.future();
                }),
            new EchoHandler());
    long lease = rig.run("stuck");
    blocker.awaitEntered(1);
    rig.look(LOOKS_TO_DEPOSE);
    for (int i = 1; i < 100; i++) {
      String step = String.valueOf(i);
      context.get().runOnContext(any -> order.add(step));
    }
    for (int i = 0; i < 40; i++) {
      rig.awaitEnd(rig.run("echo"));
    }
    assertThat(order).isEmpty();
    context.get().runOnContext(any -> promise.complete("in order"));
    blocker.open();
    assertThat(rig.awaitEnd(lease).result.text()).isEqualTo("\"in order\"");
    assertThat(order).hasSize(101).startsWith("out", "0", "1", "2").endsWith("98", "99");
  }

  @Test
  void anAttemptCanBeStuckAgain() {
    Blocker second = new Blocker();
    rig =
        new Rig(
            loop(
                "twice",
                task -> {
                  Promise<Object> promise = Promise.promise();
                  Vertx.currentContext()
                      .runOnContext(
                          any -> {
                            second.block();
                            promise.complete("both");
                          });
                  blocker.block();
                  return promise.future();
                }),
            new EchoHandler());
    long lease = rig.run("twice");
    blocker.awaitEntered(1);
    rig.look(LOOKS_TO_DEPOSE);
    blocker.open();
    second.awaitEntered(1);
    rig.look(LOOKS_TO_DEPOSE);
    for (int i = 0; i < 40; i++) {
      rig.awaitEnd(rig.run("echo"));
    }
    second.open();
    assertThat(rig.awaitEnd(lease).result.text()).isEqualTo("\"both\"");
  }

  @Test
  void aTypeThatHasBlockedKeepsToALaneOfItsOwn() {
    rig = new Rig(blocks, waits, new EchoHandler());
    rig.run("blocks");
    blocker.awaitEntered(1);
    rig.look(LOOKS_TO_BLAME);
    List<Long> bystanders = runWaiting(20);
    for (int i = 0; i < 20; i++) {
      rig.run("blocks");
    }
    blocker.awaitEntered(1);
    // Nobody looks any more, and nobody needs to.
    completeWaiting();
    assertSucceeded(bystanders);
    for (int i = 0; i < 20; i++) {
      rig.awaitEnd(rig.run("echo"));
    }
    assertThat(blocker.entered()).isEqualTo(2);
  }

  @Test
  void nobodyIsBlamedForAPauseOfTheWholeProcess() {
    rig = new Rig(blocks);
    long lease = rig.run("blocks");
    blocker.awaitEntered(1);
    rig.look(1);
    rig.lookAfter(Duration.ofHours(1));
    rig.lookAfter(Duration.ofHours(1));
    blocker.open();
    assertThat(rig.awaitEnd(lease).result.text()).isEqualTo("\"late\"");
  }

  @Test
  void aHandlerThatIsBusyAgainAndAgainBlocksNobody() {
    rig = new Rig(waits);
    for (int i = 0; i < 20; i++) {
      long lease = runWaiting(1).get(0);
      rig.look(1);
      completeWaiting();
      assertSucceeded(List.of(lease));
    }
  }

  @Test
  void whereAllLoopsAreStuckAttemptsAreGivenBackAndTheRestGoesOn() {
    rig = new Rig(blocks, new EchoHandler());
    int lanes = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    int most = LoopWatchdog.MAX_STUCK + lanes;
    List<Long> culprits = new ArrayList<>();
    for (int i = 0; i < most + 20; i++) {
      culprits.add(rig.run("blocks"));
    }
    Rig.await(
        () -> {
          rig.look(1);
          return blocker.entered() == most;
        });
    rig.look(LOOKS_TO_BLAME);
    long innocent = rig.run("echo");
    assertThat(rig.told(innocent).calls).isEmpty();
    rig.look(LOOKS_TO_GIVE_BACK);
    assertThat(rig.told(innocent).calls).containsExactly("release", "ended");
    assertThat(rig.told(innocent).releaseReason)
        .isEqualTo("handlers block all event loops of the worker");
    blocker.open();
    for (long lease : culprits) {
      Told told = rig.awaitEnd(lease);
      assertThat(told.calls).hasSize(2).endsWith("ended");
    }
    assertThat(rig.awaitEnd(rig.run("echo")).result.text()).isEqualTo("1");
    assertThat(blocker.entered()).isEqualTo(most);
  }

  @Test
  void closingInterruptsWhatRuns() {
    rig = new Rig(blocker.patient());
    rig.run("patient");
    blocker.awaitEntered(1);
    rig.onOwner(() -> rig.closeRunner());
    blocker.awaitInterrupted();
  }
}
