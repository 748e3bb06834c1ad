package dev.errand.dispatcher.core;

/**
 * Frames that did nothing.
 *
 * @param malformed could not be read, and were dropped
 * @param stale belonged to no current session, and were dropped
 * @param unknown of kinds that a later version has added: they were stepped over
 */
public record Counters(long malformed, long stale, long unknown) {}
