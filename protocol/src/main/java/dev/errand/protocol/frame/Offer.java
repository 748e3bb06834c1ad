package dev.errand.protocol.frame;

/**
 * A task type that a worker runs.
 *
 * @param type which tasks
 * @param pool whose slots they take
 * @param timeoutMillis for an attempt where the task names none; 0: the dispatcher's default
 */
public record Offer(String type, Pool pool, long timeoutMillis) {}
