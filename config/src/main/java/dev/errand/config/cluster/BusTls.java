package dev.errand.config.cluster;

import dev.errand.config.security.NodeCertificate;
import dev.errand.config.settings.ClusterSettings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.Set;

/** The options of a bus that only certificates of the cluster's authority may use. */
final class BusTls {

  /** Between two pings, and for the answer; Vert.x's own 20 s would hide a dead peer for long. */
  private static final int PING_MILLIS = 2_000;

  private static final int CONNECT_MILLIS = 2_000;

  private BusTls() {}

  static EventBusOptions options(ClusterSettings settings, NodeCertificate certificate) {
    EventBusOptions options =
        new EventBusOptions()
            .setHost(settings.host())
            .setPort(settings.busPort())
            .setClusterPublicHost(settings.host())
            .setClusterPingInterval(PING_MILLIS)
            .setClusterPingReplyInterval(PING_MILLIS)
            .setConnectTimeout(CONNECT_MILLIS)
            .setSsl(true)
            .setTrustAll(false)
            .setClientAuth(ClientAuth.REQUIRED)
            .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(certificate.certificate()))
                    .addKeyValue(Buffer.buffer(certificate.key())))
            .setTrustOptions(
                new PemTrustOptions().addCertValue(Buffer.buffer(certificate.authority())));
    assertSurvivesJson(options);
    return options;
  }

  /** The clustered bus rebuilds its options from their JSON, which drops some kinds in silence. */
  private static void assertSurvivesJson(EventBusOptions options) {
    EventBusOptions read = new EventBusOptions(options.toJson());
    boolean whole =
        read.isSsl()
            && !read.isTrustAll()
            && read.getClientAuth() == ClientAuth.REQUIRED
            && options.getKeyCertOptions().equals(read.getKeyCertOptions())
            && options.getTrustOptions().equals(read.getTrustOptions())
            && read.getEnabledSecureTransportProtocols().equals(Set.of("TLSv1.3"));
    if (!whole) {
      throw new IllegalStateException(
          "this version of Vert.x loses the bus's TLS options on their way through JSON");
    }
  }
}
