/**
 * The Java API of the system: {@link dev.errand.protocol.client.TaskClient}, over the pure {@link
 * dev.errand.protocol.client.ClientCore}.
 */
package dev.errand.protocol.client;
