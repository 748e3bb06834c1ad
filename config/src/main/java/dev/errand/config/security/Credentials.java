package dev.errand.config.security;

/** What makes a node a member of its cluster: a shared key, or certificates of one's own PKI. */
public sealed interface Credentials permits SharedKeys, PemFiles {

  /**
   * The identity of a node.
   *
   * @param cluster the cluster's name
   * @param nodeId of the node
   */
  NodeIdentity identity(String cluster, String nodeId);
}
