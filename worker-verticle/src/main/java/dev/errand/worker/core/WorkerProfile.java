package dev.errand.worker.core;

import dev.errand.protocol.frame.Credit;
import dev.errand.protocol.frame.Offer;
import java.util.List;
import java.util.Map;

/**
 * What a worker says of itself.
 *
 * @param name for people
 * @param nodeId of its Vert.x node
 * @param slots how many it has
 * @param offers what it runs
 * @param labels what tasks may require of it
 */
public record WorkerProfile(
    String name, String nodeId, Credit slots, List<Offer> offers, Map<String, String> labels) {}
