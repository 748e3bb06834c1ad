/**
 * The links of a node's workers and clients on the event bus: {@link
 * dev.errand.protocol.bus.BusPort} is one link's, and all share the node's address.
 */
package dev.errand.protocol.bus;
