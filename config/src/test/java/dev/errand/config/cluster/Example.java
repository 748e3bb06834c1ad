package dev.errand.config.cluster;

import dev.errand.config.security.AuthKey;
import dev.errand.config.security.SharedKeys;
import dev.errand.config.settings.ClusterSettings;
import dev.errand.config.settings.PeerAddress;
import java.util.List;

/** Settings of a node. */
final class Example {

  private Example() {}

  static ClusterSettings settings(String cluster, int memberPort) {
    return new ClusterSettings(
        cluster,
        "127.0.0.1",
        memberPort,
        5712,
        ClusterSettings.Search.of(List.of(new PeerAddress("127.0.0.1", 5701))),
        new SharedKeys(AuthKey.random()));
  }
}
