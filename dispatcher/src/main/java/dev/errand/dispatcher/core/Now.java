package dev.errand.dispatcher.core;

/**
 * The time of one turn.
 *
 * @param nanos of a monotonic clock, for deadlines
 * @param wallMillis since 1970, for what people see
 */
public record Now(long nanos, long wallMillis) {}
