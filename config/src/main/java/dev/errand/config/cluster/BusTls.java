package dev.errand.config.cluster;

import dev.errand.config.security.AuthKey;
import dev.errand.config.security.ClusterAuthority;
import dev.errand.config.security.NodeIdentity;
import dev.errand.config.security.NodeTls;
import dev.errand.config.settings.ClusterSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SSLOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The bus's TLS: which certificates it shows, and whom it admits. */
final class BusTls {

  /** Between two pings, and for the answer; Vert.x's own 20 s would hide a dead peer for long. */
  private static final int PING_MILLIS = 2_000;

  private static final int CONNECT_MILLIS = 2_000;
  private static final int HANDSHAKE_SECONDS = 5;
  private static final Set<String> PROTOCOLS = Set.of(NodeTls.PROTOCOL);

  private final NodeIdentity identity;
  private final NodeTls tls;

  BusTls(NodeIdentity identity, NodeTls tls) {
    this.identity = identity;
    this.tls = tls;
  }

  /** What the bus shows. */
  KeyCertOptions certificate() {
    return new PemKeyCertOptions()
        .addCertValue(Buffer.buffer(identity.certificate()))
        .addKeyValue(Buffer.buffer(identity.key()));
  }

  /** Options of a bus that only certificates of the identity's authorities may use. */
  EventBusOptions options(ClusterSettings settings) {
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
            .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
            .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
            .setEnabledSecureTransportProtocols(PROTOCOLS)
            .setKeyCertOptions(certificate())
            .setTrustOptions(authorities());
    assertSurvivesJson(options);
    return options;
  }

  private PemTrustOptions authorities() {
    PemTrustOptions trust = new PemTrustOptions();
    for (String authority : byNames() ? List.of(nobody()) : identity.authorities()) {
      trust.addCertValue(Buffer.buffer(authority));
    }
    return trust;
  }

  private boolean byNames() {
    return !identity.admitted().isEmpty();
  }

  /** Until {@link #admit} has said whom to believe. */
  private static String nobody() {
    return ClusterAuthority.of(AuthKey.random(), "nobody").certificate();
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
            && read.getEnabledSecureTransportProtocols().equals(PROTOCOLS);
    if (!whole) {
      throw new IllegalStateException(
          "this version of Vert.x loses the bus's TLS options on their way through JSON");
    }
  }

  /**
   * Where names decide who is admitted: begins to admit them. Names can be looked at by a trust
   * manager only, which no option carries through JSON; so the bus starts believing nobody, and its
   * server and client are given the trust manager when they are there.
   */
  Future<Void> admit(Vertx vertx) {
    if (!byNames()) {
      return Future.succeededFuture();
    }
    ServerSSLOptions server = new ServerSSLOptions().setClientAuth(ClientAuth.REQUIRED);
    ClientSSLOptions client = new ClientSSLOptions().setHostnameVerificationAlgorithm("");
    secure(server);
    secure(client);
    return part(vertx.eventBus(), "server", NetServer.class)
        .updateSSLOptions(server)
        .compose(any -> part(vertx.eventBus(), "client", NetClient.class).updateSSLOptions(client))
        .mapEmpty();
  }

  private void secure(SSLOptions options) {
    options
        .setKeyCertOptions(certificate())
        .setTrustOptions(TrustOptions.wrap(tls.trust()))
        .setEnabledSecureTransportProtocols(PROTOCOLS);
  }

  /** Vert.x gives no other access to the parts of its clustered bus. */
  private static <T> T part(EventBus bus, String name, Class<T> type) {
    try {
      Field field = bus.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return type.cast(field.get(bus));
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IllegalStateException(
          "this version of Vert.x has another clustered bus: cluster.tls can't be enforced on it",
          e);
    }
  }
}
