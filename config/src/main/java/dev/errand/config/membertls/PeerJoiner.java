package dev.errand.config.membertls;

import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.cluster.impl.TcpIpJoiner;
import java.util.Collection;
import java.util.function.Supplier;

/**
 * Looks for others where it is told to, asking anew each time. Hazelcast's own takes only those
 * addresses of a name that are its own interface's.
 */
final class PeerJoiner extends TcpIpJoiner {

  private final Supplier<Collection<String>> peers;

  PeerJoiner(Node node, Supplier<Collection<String>> peers) {
    super(node);
    this.peers = peers;
  }

  @Override
  protected Collection<String> getMembers() {
    return peers.get();
  }
}
