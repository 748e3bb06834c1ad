package dev.errand.protocol.bus;

import dev.errand.protocol.Addresses;
import dev.errand.protocol.link.DispatcherLink;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** A worker's or client's frames on the event bus; they come to its link in turns. */
public final class BusPort implements DispatcherLink.Port {

  private final Vertx vertx;
  private final long incarnation;
  private final Executor turns;
  private final Supplier<DispatcherLink> link;
  private final NodeDoor door;
  private final NodeDoor.Outbox outbox;

  /**
   * A port of that link, which is sent to from the caller's event loop.
   *
   * @param nodeId of the Vertx in the cluster
   * @param incarnation of the link
   * @param turns runs a step on the link's thread
   * @param link whose frames and answers these are; not asked before the first turn
   */
  public BusPort(
      Vertx vertx, String nodeId, long incarnation, Executor turns, Supplier<DispatcherLink> link) {
    this.vertx = vertx;
    this.incarnation = incarnation;
    this.turns = turns;
    this.link = link;
    this.door = NodeDoor.of(vertx, nodeId);
    this.outbox = door.enter(incarnation, this::receive);
  }

  /** When the cluster knows where to find it. */
  public Future<Void> opened() {
    return door.opened();
  }

  /** Receives nothing more. */
  public void close() {
    door.leave(incarnation, outbox);
  }

  /** A message's frame; what is none reads as malformed. */
  public static byte[] frame(Message<?> message) {
    return NodeDoor.body(message);
  }

  private void receive(byte[] frame) {
    turns.execute(() -> link.get().receive(frame, System.nanoTime()));
  }

  @Override
  public void send(byte[] frame) {
    outbox.send(frame);
  }

  @Override
  public void request(byte[] frame, int answerMillis) {
    DeliveryOptions options = new DeliveryOptions(NodeDoor.FRAMES).setSendTimeout(answerMillis);
    vertx
        .eventBus()
        .request(Addresses.DISPATCHER, frame, options)
        .map(BusPort::frame)
        .onComplete(
            body -> turns.execute(() -> link.get().answer(body, System.nanoTime())),
            failure -> turns.execute(() -> link.get().noAnswer(System.nanoTime())));
  }
}
