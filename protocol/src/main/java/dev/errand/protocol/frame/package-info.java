/**
 * The binary layout of what crosses the bus: a fixed header, then a batch of entries of one kind,
 * or one control message. Pure; lengths are checked before anything is allocated; payloads and
 * results are slices of the frame they came in. Every number on the wire has its one home here.
 */
package dev.errand.protocol.frame;
