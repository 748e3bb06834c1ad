package dev.errand.protocol.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Addresses;
import dev.errand.protocol.frame.Bundle;
import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.FrameWriter;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Session;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ports of one node, which share its door. */
class BusPortTest {

  private static final long FIRST = 11;
  private static final long SECOND = 22;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();

  /** What came to the dispatcher's address. */
  private final Queue<byte[]> messages = new ConcurrentLinkedQueue<>();

  private final Queue<Long> received = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() throws Exception {
    get(vertx.close());
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private <T> T onContext(Supplier<T> step) throws Exception {
    Promise<T> promise = Promise.promise();
    context.runOnContext(any -> promise.complete(step.get()));
    return get(promise.future());
  }

  private static byte[] frame(long peer) {
    return new FrameWriter().frame(FrameKind.ACK, new Session(1, 2, 3, peer, 4), 5, Credit.NONE);
  }

  /** A port whose link notes what it is given. */
  private BusPort port(long incarnation) throws Exception {
    return onContext(
        () ->
            new BusPort(
                vertx,
                "node",
                incarnation,
                step -> received.add(incarnation),
                () -> {
                  throw new AssertionError("not asked");
                }));
  }

  private void listen() {
    vertx.eventBus().<byte[]>consumer(Addresses.DISPATCHER, each -> messages.add(each.body()));
  }

  /** Everything that was sent before on the context has arrived at the dispatcher's address. */
  private void settle() throws Exception {
    for (int i = 0; i < 3; i++) {
      passOn();
    }
  }

  private void passOn() throws Exception {
    Promise<Void> there = Promise.promise();
    var probe = vertx.eventBus().consumer("probe", any -> there.complete());
    onContext(() -> vertx.eventBus().send("probe", "x"));
    get(there.future());
    get(probe.unregister());
  }

  /** The door may be on another loop than what is sent to it. */
  private void settleUntil(int frames) throws Exception {
    for (int i = 0; i < 10_000 && received.size() < frames; i++) {
      passOn();
    }
  }

  @Test
  void whatSeveralHaveInOnePassTravelsTogether() throws Exception {
    listen();
    BusPort first = port(FIRST);
    BusPort second = port(SECOND);
    get(second.opened());
    onContext(
        () -> {
          first.send(frame(FIRST));
          second.send(frame(SECOND));
          first.send(frame(FIRST));
          return null;
        });
    settle();
    assertThat(messages).hasSize(1);
    Queue<Long> peers = new ConcurrentLinkedQueue<>();
    Bundle.unpack(messages.poll(), each -> peers.add(Header.peer(each)));
    assertThat(peers).containsExactly(FIRST, SECOND, FIRST);
  }

  @Test
  void oneThatIsAloneWaitsForNobody() throws Exception {
    listen();
    BusPort first = port(FIRST);
    BusPort second = port(SECOND);
    onContext(
        () -> {
          second.close();
          second.close();
          first.send(frame(FIRST));
          first.send(frame(FIRST));
          return null;
        });
    settle();
    assertThat(messages).hasSize(2);
  }

  @Test
  void aVerticleThatLeavesTakesTheDoorFromNobody() throws Exception {
    String deployed =
        get(
            vertx.deployVerticle(
                new VerticleBase() {
                  @Override
                  public Future<?> start() {
                    return new BusPort(vertx, "node", 7, Runnable::run, () -> null).opened();
                  }
                }));
    BusPort first = port(FIRST);
    get(vertx.undeploy(deployed));
    get(first.opened());
    vertx.eventBus().send(Addresses.node("node"), frame(FIRST));
    settleUntil(1);
    assertThat(received).containsExactly(FIRST);
  }

  @Test
  void eachIsGivenItsOwnAndNobodyWhatIsForNobody() throws Exception {
    BusPort first = port(FIRST);
    BusPort second = port(SECOND);
    get(first.opened());
    List<byte[]> frames =
        List.of(frame(FIRST), frame(33), frame(SECOND), new byte[3], frame(FIRST));
    Bundle.pack(frames, each -> vertx.eventBus().send(Addresses.node("node"), each));
    vertx.eventBus().send(Addresses.node("node"), "text");
    vertx.eventBus().send(Addresses.node("node"), frame(SECOND));
    settleUntil(4);
    assertThat(received).containsExactly(FIRST, SECOND, FIRST, SECOND);
    second.close();
    Bundle.pack(
        List.of(frame(SECOND), frame(FIRST)),
        each -> vertx.eventBus().send(Addresses.node("node"), each));
    settleUntil(5);
    assertThat(received).containsExactly(FIRST, SECOND, FIRST, SECOND, FIRST);
  }
}
