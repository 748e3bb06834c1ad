package dev.errand.dispatcher.core;

/**
 * Frames that did nothing.
 *
 * @param malformed could not be read, and were dropped
 * @param stale belonged to no current session, and were dropped
 */
public record Counters(long malformed, long stale) {}
