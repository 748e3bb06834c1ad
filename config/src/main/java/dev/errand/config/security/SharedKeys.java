package dev.errand.config.security;

import java.util.List;

/**
 * The keys of a cluster: the first one signs the node's certificate, all are believed. More than
 * one is for the time of a rotation: new behind old, then old behind new, then new alone, each by a
 * rolling restart; no node is refused on the way.
 *
 * @param keys at least one
 */
public record SharedKeys(List<AuthKey> keys) implements Credentials {

  public SharedKeys {
    keys = List.copyOf(keys);
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("no key");
    }
  }

  /** One key. */
  public SharedKeys(AuthKey key) {
    this(List.of(key));
  }

  @Override
  public NodeIdentity identity(String cluster, String nodeId) {
    List<ClusterAuthority> authorities =
        keys.stream().map(key -> ClusterAuthority.of(key, cluster)).toList();
    KeyedCertificate issued = authorities.get(0).issue(nodeId);
    return new NodeIdentity(
        issued.certificate(),
        issued.key(),
        authorities.stream().map(ClusterAuthority::certificate).toList(),
        List.of());
  }
}
