/**
 * Numbered frames over a bus that may lose, repeat or reorder them: each direction keeps its frames
 * until the other side acknowledges them ({@link dev.errand.protocol.link.SendStream}), takes them
 * in order and once ({@link dev.errand.protocol.link.ReceiveStream}); heartbeats tell what is
 * missing. {@link dev.errand.protocol.link.DispatcherLink} is the worker's and the client's end of
 * it. Pure: no Vert.x, no clock, one thread at a time; {@link dev.errand.protocol.bus.BusPort}
 * brings its frames to the event bus.
 */
package dev.errand.protocol.link;
