package dev.errand.dispatcher.core;

/**
 * A task type as seen from outside.
 *
 * @param type its name
 * @param queued tasks that wait for a worker
 * @param running tasks that are leased
 * @param oldestMillis how long the first in the queue has waited since its submission; 0 if none
 * @param workers that offer it
 */
public record TypeView(String type, int queued, int running, long oldestMillis, int workers) {}
