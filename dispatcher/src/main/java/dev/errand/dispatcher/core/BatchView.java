package dev.errand.dispatcher.core;

/**
 * A batch as seen from outside.
 *
 * @param id its name
 * @param ledger its tasks by state, as far as they are kept
 * @param live whether any of them has not ended
 */
public record BatchView(String id, Ledger ledger, boolean live) {}
