package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Credit;
import java.util.List;
import java.util.Map;

/**
 * A worker as seen from outside.
 *
 * @param id of this incarnation
 * @param name for people
 * @param types what it offers
 * @param labels that it carries
 * @param slots by pool
 * @param running slots that are taken
 * @param heardMillisAgo since its last frame
 * @param draining whether it takes nothing new
 */
public record WorkerView(
    String id,
    String name,
    List<String> types,
    Map<String, String> labels,
    Credit slots,
    int running,
    long heardMillisAgo,
    boolean draining) {}
