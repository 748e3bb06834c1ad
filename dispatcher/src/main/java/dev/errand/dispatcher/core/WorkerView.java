package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Credit;
import java.util.List;
import java.util.Map;

/**
 * A worker as seen from outside.
 *
 * @param id of this incarnation
 * @param nodeId of its node in the cluster
 * @param name for people
 * @param types what it offers
 * @param labels that it carries
 * @param slots by pool
 * @param used slots that are taken, and what waits at the worker for one, by pool
 * @param heardMillisAgo since its last frame
 * @param draining whether it takes nothing new
 */
public record WorkerView(
    String id,
    String nodeId,
    String name,
    List<String> types,
    Map<String, String> labels,
    Credit slots,
    Credit used,
    long heardMillisAgo,
    boolean draining) {

  /** Tasks that it has. */
  public int running() {
    return (int) (used.blocking() + used.eventLoop());
  }
}
