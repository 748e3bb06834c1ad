/**
 * Mutual TLS on Hazelcast's member channel. The only package that uses Hazelcast's internals:
 * {@code docs/membership-tls.md} says which, why, and how to move them to another version.
 *
 * <p>{@link dev.errand.config.membertls.TlsMember} is the door. A connection is a {@code TlsLink},
 * shared by a decoder on the channel's reading thread and an encoder on its writing thread; {@code
 * Handshakes} owns those that are not established yet.
 */
package dev.errand.config.membertls;
