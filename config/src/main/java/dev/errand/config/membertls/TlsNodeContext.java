package dev.errand.config.membertls;

import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.cluster.Joiner;
import java.util.Collection;
import java.util.function.Supplier;

/** A node's parts as Hazelcast's own, but for the extension and the search for others. */
final class TlsNodeContext extends DefaultNodeContext {

  private final Handshakes handshakes;
  private final Supplier<Collection<String>> peers;

  TlsNodeContext(Handshakes handshakes, Supplier<Collection<String>> peers) {
    this.handshakes = handshakes;
    this.peers = peers;
  }

  @Override
  public NodeExtension createNodeExtension(Node node) {
    return new TlsNodeExtension(node, handshakes);
  }

  @Override
  public Joiner createJoiner(Node node) {
    return new PeerJoiner(node, peers);
  }
}
