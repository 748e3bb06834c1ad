package dev.errand.config.cluster;

import java.util.List;

/** Every member that answered refuses this node's key, or has one that this node refuses. */
public final class KeyRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  KeyRefusedException(List<String> peers) {
    super(
        "no admission at "
            + String.join(", ", peers)
            + ": the key or certificate there is of another cluster; give this node that cluster's"
            + " auth key and cluster.name, or certificates of its authority");
  }
}
