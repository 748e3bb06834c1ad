/**
 * Measures what Errand costs. Nothing here is shipped. {@link dev.errand.bench.CoreBench} runs all
 * of it and prints a table.
 */
package dev.errand.bench;
