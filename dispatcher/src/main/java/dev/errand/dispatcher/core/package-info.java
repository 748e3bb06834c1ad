/**
 * What becomes of every task: queues, leases, credits, outcomes, retries, and the workers and
 * clients that are linked. {@link dev.errand.dispatcher.core.DispatcherCore} is the door. Pure:
 * frames and times come in as arguments, frames and changes to the store go out as values; no
 * Vert.x, no clock, no I/O, no threads. One thread at a time owns all of it.
 */
package dev.errand.dispatcher.core;
