package dev.errand.dispatcher.core;

/**
 * A task type as seen from outside.
 *
 * @param type its name
 * @param queued tasks that wait for a worker, or until it is known that none has them any more
 * @param running tasks that are leased
 * @param zombies handlers that still run although their lease has ended
 * @param oldestMillis how long the oldest in the queue has waited since its submission; 0 if none
 *     waits for a worker
 * @param workers that offer it
 * @param settings what was set for it
 */
public record TypeView(
    String type,
    long queued,
    int running,
    int zombies,
    long oldestMillis,
    int workers,
    TypeSettings settings) {}
