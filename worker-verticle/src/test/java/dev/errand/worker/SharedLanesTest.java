package dev.errand.worker;

import static dev.errand.worker.Tasks.loop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.api.TaskHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Workers on the same thread, which share their event loops. */
class SharedLanesTest {

  private static final int LOOKS_TO_WRITE_OFF =
      1 + (int) (EventLoopLanes.WRITTEN_OFF_AFTER / Rig.LOOK_NANOS);

  private final Blocker blocker = new Blocker();
  private final Queue<Vertx> seen = new ConcurrentLinkedQueue<>();
  private final TaskHandler says =
      loop(
          "says",
          task -> {
            seen.add(Vertx.currentContext().owner());
            return Future.succeededFuture(task.taskId());
          });
  private final Semaphore begun = new Semaphore(0);
  private final TaskHandler never =
      loop(
          "never",
          task -> {
            begun.release();
            return Promise.promise().future();
          });
  private final Rig rig = new Rig(says);
  private final List<Rig> others = new ArrayList<>();

  @AfterEach
  void close() {
    blocker.open();
    others.forEach(Rig::close);
    rig.close();
  }

  private Rig beside(TaskHandler... handlers) {
    Rig other = rig.beside(handlers);
    others.add(other);
    return other;
  }

  private TaskHandler blocks() {
    return loop(
        "blocks",
        task -> {
          blocker.block();
          return Future.succeededFuture();
        });
  }

  /** One that never ends by itself. */
  private long runAndCancel(Rig worker) {
    long lease = worker.run("never");
    Rig.await(begun::tryAcquire);
    worker.cancel(lease, CancelReason.CANCELLED);
    return lease;
  }

  private void assertSays(Rig worker) {
    long lease = worker.run("says");
    Rig.Told told = worker.awaitEnd(lease);
    assertThat(told.calls).containsExactly("outcome", "ended");
    assertThat(told.result.text()).isEqualTo('"' + Rig.taskId(lease) + '"');
  }

  @Test
  void eachIsToldOfItsOwnAttemptsAndAllHaveTheSameLoops() {
    Rig second = beside(says);
    Rig third = beside(says);
    for (int i = 0; i < 20; i++) {
      assertSays(rig);
      assertSays(second);
      assertSays(third);
    }
    assertThat(seen.stream().distinct()).hasSize(1);
  }

  @Test
  void whatBlocksInOneIsToldToThatOneAndHoldsUpNoOther() {
    Rig second = beside(blocks());
    long lease = second.run("blocks");
    blocker.awaitEntered(1);
    rig.look(10);
    Rig.await(() -> second.told(lease).error != null);
    assertThat(second.told(lease).error.message()).contains("has blocked its event loop");
    for (int i = 0; i < 20; i++) {
      assertSays(rig);
    }
  }

  @Test
  void whatNeverEndsInOneIsWrittenOffForThatOne() {
    Rig second = beside(never);
    long lease = runAndCancel(second);
    rig.look(LOOKS_TO_WRITE_OFF);
    second.awaitEnd(lease);
    assertSays(rig);
  }

  @Test
  void itIsEnoughIfOneOfThemLooks() {
    Rig second = beside(never);
    long lease = runAndCancel(second);
    second.look(LOOKS_TO_WRITE_OFF);
    second.awaitEnd(lease);
  }

  @Test
  void theNextOneLooksWhenTheFirstHasLeft() {
    Rig second = beside(never);
    rig.onOwner(() -> rig.closeRunner());
    long lease = runAndCancel(second);
    second.look(LOOKS_TO_WRITE_OFF);
    second.awaitEnd(lease);
  }

  @Test
  void timePassesOnceHoweverManyLook() {
    Rig second = beside(blocks());
    long lease = second.run("blocks");
    blocker.awaitEntered(1);
    for (int i = 0; i < 8; i++) {
      rig.look(1);
      second.look(1);
    }
    assertThat(second.told(lease).error).isNull();
    second.look(2);
    assertThat(second.told(lease).error.message()).contains("has blocked its event loop");
  }

  @Test
  void oneThatLeavesTakesTheLoopsFromNobody() {
    Rig second = beside(says);
    rig.onOwner(() -> rig.closeRunner());
    assertSays(second);
    Rig third = beside(says);
    assertSays(third);
    assertThat(seen.stream().distinct()).hasSize(1);
  }

  @Test
  void whatHoldsAThreadOfOneThatHasLeftIsInterruptedInTheEnd() {
    Rig second = beside(blocker.patient());
    second.run("patient");
    blocker.awaitEntered(1);
    second.onOwner(() -> second.closeRunner());
    rig.look(10);
    blocker.awaitInterrupted();
    assertSays(rig);
  }

  @Test
  void whoHasLeftMayLookOnceMore() {
    Rig second = beside(says);
    second.onOwner(() -> second.closeRunner());
    second.look(1);
    rig.onOwner(() -> rig.closeRunner());
    rig.look(1);
  }

  @Test
  void theLastThatLeavesClosesThemAndTheNextOneHasNewOnes() {
    assertSays(rig);
    rig.onOwner(() -> rig.closeRunner());
    assertSays(beside(says));
    assertThat(seen.stream().distinct()).hasSize(2);
  }
}
