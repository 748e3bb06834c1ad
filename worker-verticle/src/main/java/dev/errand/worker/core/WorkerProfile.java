package dev.errand.worker.core;

import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Offer;
import java.util.List;

/**
 * What a worker says of itself.
 *
 * @param name for people
 * @param nodeId of its Vert.x node
 * @param slots how many it has
 * @param offers what it runs
 */
public record WorkerProfile(String name, String nodeId, Credit slots, List<Offer> offers) {}
