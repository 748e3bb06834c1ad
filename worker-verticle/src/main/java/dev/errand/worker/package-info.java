/**
 * The worker, from top to bottom: {@link dev.errand.worker.WorkerVerticle} wires the bus to {@code
 * core} and to {@link dev.errand.worker.AttemptRunner}, which runs handlers ({@code handlers}, and
 * those of others) written against {@code api}.
 */
package dev.errand.worker;
