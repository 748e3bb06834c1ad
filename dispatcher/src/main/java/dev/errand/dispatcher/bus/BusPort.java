package dev.errand.dispatcher.bus;

import dev.errand.dispatcher.core.FramePort;
import dev.errand.protocol.Addresses;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.tracing.TracingPolicy;

/** Sends frames to workers and clients over the bus. */
public final class BusPort implements FramePort {

  private static final DeliveryOptions OPTIONS =
      new DeliveryOptions().setTracingPolicy(TracingPolicy.IGNORE);

  private final Vertx vertx;

  public BusPort(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public void send(long incarnation, byte[] frame) {
    vertx.eventBus().send(Addresses.peer(incarnation), frame, OPTIONS);
  }
}
