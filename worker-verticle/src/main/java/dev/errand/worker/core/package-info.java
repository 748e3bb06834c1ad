/**
 * What a worker holds: its slots, the attempts that run, the outcomes that wait for an
 * acknowledgement. Pure, like the dispatcher's core: no Vert.x, no clock, no I/O, no threads; one
 * thread at a time owns all of it.
 */
package dev.errand.worker.core;
