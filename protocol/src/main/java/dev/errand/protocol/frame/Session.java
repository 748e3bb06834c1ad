package dev.errand.protocol.frame;

/**
 * Whose frames these are: what all frames between a dispatcher and one peer have in common from one
 * HELLO to the next.
 *
 * @param cluster {@link Header#cluster} of the cluster's name
 * @param storeId the dispatcher's store; another one holds other tasks
 * @param epoch one life of the dispatcher on that store
 * @param peer the incarnation of the worker or client: one life of it
 * @param number of the session in that epoch. A HELLO has none yet: there it is which HELLO of its
 *     peer it is, from 1; store, epoch and the header's acknowledgement name the peer's last
 *     session
 */
public record Session(int cluster, long storeId, int epoch, long peer, int number) {}
