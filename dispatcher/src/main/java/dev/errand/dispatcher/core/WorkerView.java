package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Credit;
import java.util.List;

/**
 * A worker as seen from outside.
 *
 * @param id of this incarnation
 * @param name for people
 * @param types what it offers
 * @param slots by pool
 * @param running leases it holds
 * @param heardMillisAgo since its last frame
 * @param draining whether it takes nothing new
 */
public record WorkerView(
    String id,
    String name,
    List<String> types,
    Credit slots,
    int running,
    long heardMillisAgo,
    boolean draining) {}
