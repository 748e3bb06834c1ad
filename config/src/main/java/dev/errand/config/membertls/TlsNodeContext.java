package dev.errand.config.membertls;

import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;

/** A node's parts as Hazelcast's own, but for the extension. */
final class TlsNodeContext extends DefaultNodeContext {

  private final Handshakes handshakes;

  TlsNodeContext(Handshakes handshakes) {
    this.handshakes = handshakes;
  }

  @Override
  public NodeExtension createNodeExtension(Node node) {
    return new TlsNodeExtension(node, handshakes);
  }
}
