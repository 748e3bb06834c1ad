package dev.errand.protocol.link;

import dev.errand.protocol.Addresses;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.tracing.TracingPolicy;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** A worker's or client's frames on the event bus; answers come back to its link in a turn. */
public final class BusPort implements DispatcherLink.Port {

  private static final DeliveryOptions FRAMES =
      new DeliveryOptions().setTracingPolicy(TracingPolicy.IGNORE);

  private static final byte[] NO_FRAME = {};

  private final Vertx vertx;
  private final Executor turns;
  private final Supplier<DispatcherLink> link;

  /**
   * A port of that link.
   *
   * @param turns runs a step on the link's thread
   * @param link whose answers these are
   */
  public BusPort(Vertx vertx, Executor turns, Supplier<DispatcherLink> link) {
    this.vertx = vertx;
    this.turns = turns;
    this.link = link;
  }

  /** A message's frame; what is none reads as malformed. */
  public static byte[] frame(Message<?> message) {
    return message.body() instanceof byte[] frame ? frame : NO_FRAME;
  }

  @Override
  public void send(byte[] frame) {
    vertx.eventBus().send(Addresses.DISPATCHER, frame, FRAMES);
  }

  @Override
  public void request(byte[] frame, int answerMillis) {
    DeliveryOptions options = new DeliveryOptions(FRAMES).setSendTimeout(answerMillis);
    vertx
        .eventBus()
        .request(Addresses.DISPATCHER, frame, options)
        .map(BusPort::frame)
        .onComplete(
            body -> turns.execute(() -> link.get().answer(body, System.nanoTime())),
            failure -> turns.execute(() -> link.get().noAnswer(System.nanoTime())));
  }
}
