package dev.errand.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.Counters;
import dev.errand.dispatcher.core.EndedTasks;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskState;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Turns: what they gather, and what is told when it is durable or was read. */
class TurnLoopTest extends DispatchFixture {

  @Test
  void framesOfATurnBecomeDurableTogether() {
    submit(10);
    awaitAppends(1);
    assertThat(onLoop(() -> store.appended.get(0).tasks())).hasSize(10);
  }

  @Test
  void nothingIsToldBeforeTheStoreSaysThatItIsDurable() {
    submit(1);
    awaitAppends(1);
    passTurns();
    assertThat(answered(1)).isFalse();
    assertThat(onLoop(dispatch::snapshot).ledger().submitted()).isZero();
    complete(0);
    await(() -> client.answer(1) != null);
    assertThat(onLoop(dispatch::snapshot).ledger().submitted()).isOne();
  }

  @Test
  void turnsGoOnWhileTheStoreIsBusy() {
    submit(1);
    awaitAppends(1);
    submit(1);
    awaitAppends(2);
    complete(0);
    await(() -> client.answer(1) != null);
    assertThat(answered(2)).isFalse();
    complete(1);
    await(() -> client.answer(2) != null);
  }

  @Test
  void aStoreThatIsDoneAtOnceNeedsOneTurn() {
    store.atOnce = Future.succeededFuture();
    submit(1);
    await(() -> client.answer(1) != null);
    assertThat(onLoop(() -> store.appended)).hasSize(1);
  }

  @Test
  void whatOneListenerThrowsIsNothingToTheOthers() {
    store.atOnce = Future.succeededFuture();
    List<Future<?>> told = new CopyOnWriteArrayList<>();
    onLoop(
        () -> {
          dispatch.observe(
              changes -> {
                throw new IllegalStateException("a bad observer");
              });
          dispatch
              .submit(SQUARE)
              .onComplete(
                  any -> {
                    throw new IllegalStateException("a bad listener");
                  });
          return told.add(dispatch.submit(SQUARE));
        });
    submit(1);
    await(() -> told.get(0).succeeded() && client.answer(1) != null);
  }

  @Test
  void aWatcherOfAnEndedTaskIsToldWhenTheStoreHasFoundIt() {
    store.atOnce = Future.succeededFuture();
    onLoop(
        () -> {
          client.watch(8);
          client.link().flush();
          return null;
        });
    await(() -> store.reads.size() == 1);
    passTurns();
    assertThat(onLoop(() -> client.done(8))).isNull();
    onLoop(() -> store.reads.get(0).tryComplete(EndedTasks.succeeded(8, 9, "7", "49")));
    await(() -> client.done(8) != null);
    assertThat(onLoop(() -> client.done(8)).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void aTaskIsFoundWhereverItIs() {
    store.atOnce = Future.succeededFuture();
    submit(1);
    await(() -> client.answer(1) != null);
    Future<Task> live = onLoop(() -> dispatch.find(client.answer(1).id()));
    assertThat(live.result().state()).isEqualTo(TaskState.QUEUED);
    Future<Task> ended = onLoop(() -> dispatch.find(8));
    Future<Task> unknown = onLoop(() -> dispatch.find(9));
    assertThat(ended.isComplete()).isFalse();
    onLoop(() -> store.reads.get(0).tryComplete(EndedTasks.succeeded(8, 9, "7", "49")));
    onLoop(() -> store.reads.get(1).tryComplete());
    assertThat(ended.result().state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(unknown.succeeded()).isTrue();
    assertThat(unknown.result()).isNull();
  }

  @Test
  void aSnapshotHasEverythingOfItsMoment() {
    store.atOnce = Future.succeededFuture();
    submit(3);
    await(() -> client.answer(3) != null);
    onLoop(
        () -> {
          turns.receive(new byte[0]);
          return null;
        });
    Snapshot snapshot = onLoop(dispatch::snapshot);
    assertThat(snapshot.ledger()).isEqualTo(new Ledger(3, 0, 3, 0, 0, 0, 0));
    assertThat(snapshot.types()).extracting(TypeView::type).containsExactly("square");
    assertThat(snapshot.workers()).isEmpty();
    assertThat(snapshot.clients()).isOne();
    assertThat(snapshot.counters()).isEqualTo(new Counters(1, 0, 0));
  }
}
