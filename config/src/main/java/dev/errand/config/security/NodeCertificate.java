package dev.errand.config.security;

/**
 * What a node shows to the others, and whom it believes; all in PEM.
 *
 * @param authority the certificate of the cluster's authority; its signature differs from node to
 *     node, its key and name don't
 * @param certificate the node's own
 * @param key the node's private key, PKCS 8; a secret
 */
public record NodeCertificate(String authority, String certificate, String key) {

  /** Does not show the key. */
  @Override
  public String toString() {
    return "NodeCertificate(key not shown)";
  }
}
