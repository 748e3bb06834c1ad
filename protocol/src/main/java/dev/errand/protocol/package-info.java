/**
 * What nodes say to each other: addresses, tasks as seen from outside, frames ({@code frame}), the
 * link that carries them over a bus that may lose them ({@code link}), and the client ({@code
 * client}). Knows neither side; depends on vertx-core only.
 */
package dev.errand.protocol;
