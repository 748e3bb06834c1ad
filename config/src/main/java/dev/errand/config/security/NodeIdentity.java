package dev.errand.config.security;

import java.util.List;

/**
 * What a node shows to the others, and whom it believes; certificates and key in PEM.
 *
 * @param certificate the node's own, with those between it and its authority behind it
 * @param key the node's private key, PKCS 8; a secret
 * @param authorities certificates of those whose signature is believed
 * @param admitted names (SAN) of which a peer's certificate must have one; empty: any will do
 */
public record NodeIdentity(
    String certificate, String key, List<String> authorities, List<String> admitted) {

  /** Does not show the key. */
  @Override
  public String toString() {
    return "NodeIdentity(key not shown)";
  }
}
