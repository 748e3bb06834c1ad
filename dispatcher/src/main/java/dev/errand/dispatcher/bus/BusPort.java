package dev.errand.dispatcher.bus;

import dev.errand.dispatcher.core.FramePort;
import dev.errand.protocol.Addresses;
import dev.errand.protocol.frame.Bundle;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.tracing.TracingPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sends frames to workers and clients over the bus: those of one turn for the same node in one
 * message. Owner: the dispatcher's context.
 */
public final class BusPort implements FramePort {

  private static final DeliveryOptions OPTIONS =
      new DeliveryOptions().setTracingPolicy(TracingPolicy.IGNORE);

  private final Vertx vertx;

  /** Of this turn, by node. */
  private final Map<String, List<byte[]>> frames = new LinkedHashMap<>();

  public BusPort(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public void send(String nodeId, long incarnation, byte[] frame) {
    frames.computeIfAbsent(nodeId, any -> new ArrayList<>(1)).add(frame);
  }

  @Override
  public void flush() {
    frames.forEach(
        (nodeId, ofNode) -> {
          String address = Addresses.node(nodeId);
          Bundle.pack(ofNode, message -> vertx.eventBus().send(address, message, OPTIONS));
        });
    frames.clear();
  }
}
