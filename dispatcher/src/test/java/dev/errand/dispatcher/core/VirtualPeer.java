package dev.errand.dispatcher.core;

import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.Welcome;
import dev.errand.protocol.link.DispatcherLink;

/** A worker's or client's end of the link, without a will of its own: the test decides. */
abstract class VirtualPeer implements DispatcherLink.Owner {

  public static final int CLUSTER = Header.cluster("virtual");

  final long incarnation;
  final String nodeId;
  final DispatcherLink link;

  /** Of the last HELLO. */
  Welcome welcome;

  String refusal;

  VirtualPeer(long incarnation, String nodeId, DispatcherLink.Port port) {
    this.incarnation = incarnation;
    this.nodeId = nodeId;
    this.link = new DispatcherLink(CLUSTER, incarnation, this, port);
  }

  @Override
  public void welcomed(Welcome welcome, boolean sameStore, long now) {
    this.welcome = welcome;
  }

  @Override
  public void lost(DispatcherLink.Loss how, long now) {
    // The link says hello again.
  }

  @Override
  public void refused(String reason) {
    refusal = reason;
  }
}
