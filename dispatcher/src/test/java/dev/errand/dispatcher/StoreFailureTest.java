package dev.errand.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Task;
import io.vertx.core.Future;
import org.junit.jupiter.api.Test;

/** A store that fails ends all work, and whoever waits for it is told so. */
class StoreFailureTest extends DispatchFixture {

  @Test
  void whatTheStoreFailedToKeepIsNeverToldNorIsAnythingAfterIt() {
    submit(1);
    awaitAppends(1);
    submit(1);
    awaitAppends(2);
    fail(0);
    complete(1);
    passTurns();
    assertThat(answered(1)).isFalse();
    assertThat(answered(2)).isFalse();
    assertThat(onLoop(dispatch::storeFailure)).hasMessage("no space left");
    assertThat(storeFailures).hasSize(1);
    assertThat(onLoop(dispatch::snapshot).ledger().submitted()).isZero();
  }

  @Test
  void aStoreThatFailedGetsNothingMore() {
    store.atOnce = Future.failedFuture("no space left");
    submit(1);
    await(() -> dispatch.storeFailure() != null);
    store.atOnce = Future.succeededFuture();
    submit(1);
    onLoop(
        () -> {
          turns.tick();
          return null;
        });
    passTurns();
    assertThat(onLoop(() -> store.appended)).hasSize(1);
    assertThat(onLoop(() -> client.answers())).isEmpty();
    assertThat(onLoop(() -> client.link().sending().unacknowledged())).isEqualTo(2);
  }

  /** Fails the read of what a client asked for. */
  private void failRead(int read) {
    onLoop(() -> store.reads.get(read).tryFail("a bad sector"));
    passTurns();
  }

  @Test
  void aWatcherIsToldNothingByAStoreThatCannotRead() {
    onLoop(
        () -> {
          client.watch(8);
          client.link().flush();
          return null;
        });
    awaitReads(1);
    failRead(0);
    assertThat(onLoop(() -> client.isTold(8))).isFalse();
    assertThat(onLoop(dispatch::storeFailure)).hasMessage("a bad sector");
    assertThat(storeFailures).hasSize(1);
  }

  @Test
  void aStoreThatFailsWhileNobodyWaitsForItEndsTheWorkToo() {
    onLoop(
        () -> {
          store.failed.accept(new IllegalStateException("its files are gone"));
          return null;
        });
    assertThat(storeFailures).hasSize(1);
    assertThat(onLoop(dispatch::storeFailure)).hasMessage("its files are gone");
  }

  @Test
  void aStoreThatCannotReadHasFailedForGood() {
    store.atOnce = Future.succeededFuture();
    Future<Task> found = onLoop(() -> dispatch.find(8));
    Future<Task> retried = onLoop(() -> dispatch.retry(9));
    failRead(0);
    failRead(1);
    assertThat(found.cause()).hasMessage("a bad sector");
    assertThat(retried.cause()).hasMessage("a bad sector");
    assertThat(storeFailures).hasSize(1);
    submit(1);
    passTurns();
    assertThat(onLoop(() -> store.appended)).isEmpty();
    assertThat(onLoop(() -> dispatch.find(8)).cause()).hasMessage("a bad sector");
    assertThat(onLoop(() -> store.reads)).hasSize(2);
  }

  @Test
  void whoWaitsForAStoreThatFailsIsToldSo() {
    long id = queued();
    Future<Task> before = onLoop(() -> dispatch.cancel(id));
    awaitAppends(2);
    fail(1);
    await(before::isComplete);
    assertThat(before.cause()).hasMessage("no space left");
    Future<Task> retried = onLoop(() -> dispatch.retry(8));
    await(retried::isComplete);
    assertThat(retried.cause()).hasMessage("no space left");
  }

  @Test
  void whoComesWhileTheStoreFailsIsToldSo() {
    long id = queued();
    submit(1);
    awaitAppends(2);
    Future<Task> cancelled =
        onLoop(
            () -> {
              Future<Task> answer = dispatch.cancel(id);
              store.appends.get(1).tryFail("no space left");
              return answer;
            });
    await(cancelled::isComplete);
    assertThat(cancelled.cause()).hasMessage("no space left");
  }
}
