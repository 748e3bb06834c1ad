package dev.errand.protocol.bus;

import dev.errand.protocol.Addresses;
import dev.errand.protocol.frame.Bundle;
import dev.errand.protocol.frame.Header;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.shareddata.Shareable;
import io.vertx.core.tracing.TracingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Where the frames of all workers and clients of a node come and go. What several of them have for
 * the dispatcher at the same moment travels in one message, and so does what it has for them: with
 * many workers in a process a message for each would cost more than their tasks.
 *
 * <p>It is there until its Vertx closes. Its methods may be called from any thread.
 */
final class NodeDoor implements Shareable {

  static final DeliveryOptions FRAMES =
      new DeliveryOptions().setTracingPolicy(TracingPolicy.IGNORE);

  private static final String NAME = "errand.door";
  private static final byte[] NO_FRAME = {};

  private final Vertx vertx;
  private MessageConsumer<Object> consumer;
  private final Map<Long, Consumer<byte[]>> receivers = new ConcurrentHashMap<>();
  private final Map<EventLoop, Outbox> outboxes = new ConcurrentHashMap<>();

  private NodeDoor(VertxInternal vertx, String nodeId) {
    this.vertx = vertx;
    // None of the caller's: a verticle takes its consumers with it.
    ContextInternal own = contextOn(vertx, vertx.getOrCreateContext().nettyEventLoop());
    own.dispatch(() -> consumer = vertx.eventBus().consumer(Addresses.node(nodeId), this::receive));
  }

  private static ContextInternal contextOn(VertxInternal vertx, EventLoop loop) {
    return vertx
        .contextBuilder()
        .withThreadingModel(ThreadingModel.EVENT_LOOP)
        .withEventLoop(loop)
        .build();
  }

  /** That of a node. */
  static NodeDoor of(Vertx vertx, String nodeId) {
    Map<String, NodeDoor> doors = vertx.sharedData().getLocalMap(NAME);
    return doors.computeIfAbsent(nodeId, id -> new NodeDoor((VertxInternal) vertx, id));
  }

  /** When the cluster knows where it is. */
  Future<Void> opened() {
    return consumer.completion();
  }

  /**
   * A worker or client is there.
   *
   * @param receiver of its frames, on any thread
   * @return what sends for it, on the thread of the caller's event loop
   */
  Outbox enter(long incarnation, Consumer<byte[]> receiver) {
    receivers.put(incarnation, receiver);
    ContextInternal caller = ((VertxInternal) vertx).getOrCreateContext();
    Outbox outbox = outboxes.computeIfAbsent(caller.nettyEventLoop(), Outbox::new);
    outbox.users.incrementAndGet();
    return outbox;
  }

  /** It is gone, with what it had from {@link #enter}. */
  void leave(long incarnation, Outbox outbox) {
    if (receivers.remove(incarnation) != null) {
      outbox.users.decrementAndGet();
    }
  }

  /** What the message holds; what is no frame is for nobody. */
  private void receive(Message<Object> message) {
    Bundle.unpack(
        body(message),
        frame -> {
          Consumer<byte[]> receiver =
              frame.length < Header.BYTES ? null : receivers.get(Header.peer(frame));
          if (receiver != null) {
            receiver.accept(frame);
          }
        });
  }

  /** A message's frames; what is none reads as malformed. */
  static byte[] body(Message<?> message) {
    return message.body() instanceof byte[] frames ? frames : NO_FRAME;
  }

  private void send(byte[] message) {
    vertx.eventBus().send(Addresses.DISPATCHER, message, FRAMES);
  }

  /** What leaves from one event loop. */
  final class Outbox {

    private final EventLoop loop;
    private final ContextInternal context;
    private final AtomicInteger users = new AtomicInteger();

    /** Of this pass of the loop. */
    private final List<byte[]> frames = new ArrayList<>();

    private Outbox(EventLoop loop) {
      this.loop = loop;
      this.context = contextOn((VertxInternal) vertx, loop);
    }

    void send(byte[] frame) {
      if (users.get() == 1 || !loop.inEventLoop()) {
        NodeDoor.this.send(frame);
        return;
      }
      if (frames.isEmpty()) {
        // Behind the turns of the others, as far as they are under way.
        context.runOnContext(any -> flush());
      }
      frames.add(frame);
    }

    private void flush() {
      Bundle.pack(frames, NodeDoor.this::send);
      frames.clear();
    }
  }
}
