/**
 * Measures what Errand costs. Nothing here is shipped. {@link dev.errand.bench.SpeedBench} measures
 * its speed beside that of its peers, {@link dev.errand.bench.CoreBench} the dispatcher's core,
 * {@link dev.errand.bench.StoreBench} the store on disk, {@link dev.errand.bench.ScaleBench} very
 * many of everything; each prints a table.
 */
package dev.errand.bench;
