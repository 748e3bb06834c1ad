package dev.errand.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.core.CoreSettings;
import dev.errand.dispatcher.core.DispatcherCore;
import dev.errand.dispatcher.core.VirtualClient;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.link.DispatcherLink;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A dispatcher on a {@link LateStore}, and a client of it. All that changes is touched on one event
 * loop, or before that has anything to do.
 */
@ExtendWith(VertxExtension.class)
abstract class DispatchFixture {

  static final TaskRequest SQUARE = TaskRequest.of("square", 7);

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final LateStore store = new LateStore();
  final List<Throwable> storeFailures = new CopyOnWriteArrayList<>();
  TurnLoop turns;
  Dispatch dispatch;
  VirtualClient client;
  private EventLoop loop;

  @BeforeEach
  void open(Vertx vertx) {
    Context context = vertx.getOrCreateContext();
    loop = new EventLoop(context);
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

  final <T> T onLoop(Callable<T> step) {
    return loop.run(step);
  }

  final void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> onLoop(condition));
  }

  /** Each in a frame of its own, in one turn. */
  final void submit(int times) {
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
  final void awaitAppends(int count) {
    await(() -> store.appended.size() >= count);
    assertThat(onLoop(() -> store.appended.size())).isEqualTo(count);
  }

  final void complete(int append) {
    onLoop(() -> store.appends.get(append).tryComplete());
  }

  final void fail(int append) {
    onLoop(() -> store.appends.get(append).tryFail("no space left"));
  }

  /** All turns that were due before have ended. */
  final void passTurns() {
    for (int i = 0; i < 3; i++) {
      onLoop(() -> null);
    }
  }

  final boolean answered(long number) {
    return onLoop(() -> client.answer(number) != null);
  }

  final void awaitReads(int count) {
    await(() -> store.reads.size() >= count);
  }

  /** The id of a task that is queued, all durable. */
  final long queued() {
    store.atOnce = Future.succeededFuture();
    submit(1);
    await(() -> client.answer(1) != null);
    store.atOnce = null;
    return onLoop(() -> client.answer(1).id());
  }
}
