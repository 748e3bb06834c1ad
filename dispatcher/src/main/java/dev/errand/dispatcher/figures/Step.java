package dev.errand.dispatcher.figures;

/**
 * What all tasks did in one step of the last minutes.
 *
 * @param nanos when it ended, by the monotonic clock
 * @param rates in it
 * @param waits of the tasks that ended in it, as in {@link Latencies}; null: none has run and ended
 * @param runs of the same
 * @param queued tasks that waited for a worker when it ended
 */
public record Step(long nanos, Rates rates, Percentiles waits, Percentiles runs, long queued) {}
