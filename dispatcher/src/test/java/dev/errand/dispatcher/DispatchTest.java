package dev.errand.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.Changes;
import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.Counters;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.EndedTasks;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.LineKey;
import dev.errand.dispatcher.core.Refusal;
import dev.errand.dispatcher.core.StoredTask;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.dispatcher.core.VirtualClient;
import dev.errand.dispatcher.store.TaskQuery;
import dev.errand.dispatcher.store.TaskStore;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.link.DispatcherLink;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** All that changes is touched on one event loop, or before that has anything to do. */
@ExtendWith(VertxExtension.class)
class DispatchTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final TaskRequest SQUARE = TaskRequest.of("square", 7);

  private final LateStore store = new LateStore();
  private final List<Throwable> storeFailures = new CopyOnWriteArrayList<>();
  private Context context;
  private TurnLoop turns;
  private Dispatch dispatch;
  private VirtualClient client;

  /** A store whose every answer waits for the test. */
  private static final class LateStore implements TaskStore {

    final List<Changes> appended = new ArrayList<>();
    final List<Promise<Void>> appends = new ArrayList<>();
    final List<Promise<StoredTask>> reads = new ArrayList<>();
    final List<Promise<List<StoredTask>>> waits = new ArrayList<>();
    Listing listed = Listing.NOTHING;

    /** Why there is no room. */
    volatile String full;

    Consumer<StoredTask> forgotten;
    Consumer<Throwable> failed;

    /** The answer to all that comes; null: a promise. */
    Future<Void> atOnce;

    @Override
    public long id() {
      return 1;
    }

    @Override
    public Space space() {
      return null;
    }

    @Override
    public int epoch() {
      return 1;
    }

    @Override
    public Future<Void> append(Changes changes) {
      appended.add(changes);
      appends.add(Promise.promise());
      return atOnce == null ? appends.get(appends.size() - 1).future() : atOnce;
    }

    @Override
    public void start() {
      // It is not asked before.
    }

    @Override
    public String noRoom() {
      return full;
    }

    @Override
    public Future<StoredTask> read(long id) {
      reads.add(Promise.promise());
      return reads.get(reads.size() - 1).future();
    }

    @Override
    public Future<List<StoredTask>> waiting(LineKey line, long after, int most, long mostBytes) {
      waits.add(Promise.promise());
      return waits.get(waits.size() - 1).future();
    }

    @Override
    public Future<Listing> list(TaskQuery query) {
      return Future.succeededFuture(listed);
    }

    @Override
    public void onForgotten(Consumer<StoredTask> listener) {
      forgotten = listener;
    }

    @Override
    public void onFailure(Consumer<Throwable> listener) {
      failed = listener;
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }
  }

  @BeforeEach
  void open(Vertx vertx) {
    context = vertx.getOrCreateContext();
    onLoop(
        () -> {
          CoreSettings settings =
              new CoreSettings(
                  VirtualClient.CLUSTER,
                  store.id(),
                  store.epoch(),
                  new CoreSettings.Limits(100, 100, 1_000, 1 << 20),
                  new CoreSettings.Defaults(1_000, 3, 1_000),
                  CoreSettings.Timings.USUAL);
          DispatcherCore core =
              new DispatcherCore(
                  settings,
                  payload -> null,
                  new SplittableRandom(1),
                  (node, peer, frame) -> client.link().receive(frame, System.nanoTime()),
                  TurnLoop.now());
          turns = new TurnLoop(context, core, store, storeFailures::add);
          dispatch = new Dispatch(turns);
          client = new VirtualClient(5, new Port());
          client.link().tick(System.nanoTime());
          return client.link().session();
        });
  }

  private final class Port implements DispatcherLink.Port {

    @Override
    public void send(byte[] frame) {
      turns.receive(frame);
    }

    @Override
    public void request(byte[] frame, int answerMillis) {
      client.link().answer(turns.request(frame), System.nanoTime());
    }
  }

  private <T> T onLoop(Callable<T> step) {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        any -> {
          try {
            done.complete(step.call());
          } catch (Exception | AssertionError e) {
            done.fail(e);
          }
        });
    try {
      return done.future()
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> onLoop(condition));
  }

  /** Each in a frame of its own, in one turn. */
  private void submit(int times) {
    onLoop(
        () -> {
          for (int i = 0; i < times; i++) {
            client.submit(SQUARE);
            client.link().flush();
          }
          return null;
        });
  }

  /** Waits until the store has got so many changes. */
  private void awaitAppends(int count) {
    await(() -> store.appended.size() >= count);
    assertThat(onLoop(() -> store.appended.size())).isEqualTo(count);
  }

  private void complete(int append) {
    onLoop(() -> store.appends.get(append).tryComplete());
  }

  private void fail(int append) {
    onLoop(() -> store.appends.get(append).tryFail("no space left"));
  }

  /** All turns that were due before have ended. */
  private void passTurns() {
    for (int i = 0; i < 3; i++) {
      onLoop(() -> null);
    }
  }

  private boolean answered(long number) {
    return onLoop(() -> client.answer(number) != null);
  }

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

  /** The id of a task that is queued, all durable. */
  private long queued() {
    store.atOnce = Future.succeededFuture();
    submit(1);
    await(() -> client.answer(1) != null);
    store.atOnce = null;
    return onLoop(() -> client.answer(1).id());
  }

  private void assertRefused(Future<Task> answer, Refusal.Kind kind) {
    await(answer::isComplete);
    assertThat(answer.cause())
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.refusal().kind()).isEqualTo(kind));
  }

  /** What a store that keeps everything says. */
  private void tellLastEnd(int read, long id) {
    onLoop(
        () -> {
          StoredTask last = null;
          for (Changes changes : store.appended) {
            for (StoredTask task : changes.tasks()) {
              last = task.spec().id() == id && task.state().terminal() ? task : last;
            }
          }
          return store.reads.get(read).tryComplete(last);
        });
  }

  private void awaitReads(int count) {
    await(() -> store.reads.size() >= count);
  }

  @Test
  void aCancellationIsAnsweredWhenItIsDurable() {
    long id = queued();
    Future<Task> cancelled = onLoop(() -> dispatch.cancel(id));
    awaitAppends(2);
    passTurns();
    assertThat(cancelled.isComplete()).isFalse();
    complete(1);
    awaitReads(1);
    tellLastEnd(0, id);
    await(cancelled::isComplete);
    assertThat(cancelled.result().state()).isEqualTo(TaskState.CANCELLED);
  }

  @Test
  void whatIsBeingCancelledCannotBeCancelledAgain() {
    long id = queued();
    Future<Task> first = onLoop(() -> dispatch.cancel(id));
    assertRefused(onLoop(() -> dispatch.cancel(id)), Refusal.Kind.CONFLICT);
    assertThat(first.isComplete()).isFalse();
  }

  @Test
  void whatHasEndedCannotBeCancelled() {
    Future<Task> answer = onLoop(() -> dispatch.cancel(8));
    onLoop(() -> store.reads.get(0).tryComplete(EndedTasks.succeeded(8, 9, "7", "49")));
    assertRefused(answer, Refusal.Kind.CONFLICT);
    assertThat(answer.cause()).hasMessageEndingWith("has ended: it succeeded");
  }

  @Test
  void whatNeverWasCanNeitherBeCancelledNorTriedAgain() {
    Future<Task> cancelled = onLoop(() -> dispatch.cancel(8));
    Future<Task> retried = onLoop(() -> dispatch.retry(8));
    onLoop(() -> store.reads.get(0).tryComplete());
    onLoop(() -> store.reads.get(1).tryComplete());
    assertRefused(cancelled, Refusal.Kind.UNKNOWN);
    assertRefused(retried, Refusal.Kind.UNKNOWN);
  }

  @Test
  void aRetryIsAnsweredWhenItIsDurable() {
    Future<Task> retried = onLoop(() -> dispatch.retry(8));
    onLoop(() -> store.reads.get(0).tryComplete(EndedTasks.succeeded(8, 9, "7", "49")));
    awaitAppends(1);
    passTurns();
    assertThat(retried.isComplete()).isFalse();
    complete(0);
    await(retried::isComplete);
    assertThat(retried.result().state()).isEqualTo(TaskState.QUEUED);
    assertThat(retried.result().attempt()).isZero();
  }

  @Test
  void aTaskThatIsForgottenWhenItsRetryHasBegunIsToldOfOnce() {
    List<Long> retried = new ArrayList<>();
    List<Long> forgotten = new ArrayList<>();
    onLoop(
        () -> {
          dispatch.observe(
              changes -> changes.retried().forEach(task -> retried.add(task.spec().id())));
          dispatch.observeForgotten(task -> forgotten.add(task.spec().id()));
          return null;
        });
    StoredTask ended = EndedTasks.succeeded(8, 9, "7", "49");
    onLoop(() -> dispatch.retry(8));
    onLoop(() -> store.reads.get(0).tryComplete(ended));
    awaitAppends(1);
    onLoop(
        () -> {
          store.forgotten.accept(ended.bare());
          store.forgotten.accept(EndedTasks.succeeded(7, 9, "7", "49").bare());
          return null;
        });
    complete(0);
    passTurns();
    assertThat(retried).containsExactly(8L);
    assertThat(forgotten).containsExactly(7L);
  }

  @Test
  void aTaskIsTriedAgainOnceAtATime() {
    Future<Task> first = onLoop(() -> dispatch.retry(8));
    assertRefused(onLoop(() -> dispatch.retry(8)), Refusal.Kind.CONFLICT);
    onLoop(() -> store.reads.get(0).tryComplete(EndedTasks.succeeded(8, 9, "7", "49")));
    awaitAppends(1);
    assertRefused(onLoop(() -> dispatch.retry(8)), Refusal.Kind.CONFLICT);
    complete(0);
    await(first::isComplete);
    assertRefused(onLoop(() -> dispatch.retry(8)), Refusal.Kind.CONFLICT);
    assertThat(onLoop(() -> store.reads)).hasSize(1);
  }

  @Test
  void aRetryThatWasRefusedCanBeTriedAgain() {
    Future<Task> first = onLoop(() -> dispatch.retry(8));
    onLoop(() -> store.reads.get(0).tryComplete());
    assertRefused(first, Refusal.Kind.UNKNOWN);
    onLoop(() -> dispatch.retry(8));
    assertThat(onLoop(() -> store.reads)).hasSize(2);
  }

  @Test
  void aLiveTaskCannotBeTriedAgain() {
    long id = queued();
    assertRefused(onLoop(() -> dispatch.retry(id)), Refusal.Kind.CONFLICT);
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
