package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.errand.config.OwnAuthority;
import dev.errand.config.security.AuthKey;
import dev.errand.config.security.Credentials;
import dev.errand.config.security.NodeIdentity;
import dev.errand.config.security.NodeTls;
import dev.errand.config.security.SharedKeys;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SelfSignedCertificate;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Who meets whom, by sockets with the options that the bus makes its sockets with. */
class BusTlsTest {

  private static final Vertx vertx = Vertx.vertx();

  /** One that nobody holds any more is closed as garbage, and its connections with it. */
  private static final Queue<NetClient> clients = new ConcurrentLinkedQueue<>();

  private static final AuthKey KEY = AuthKey.random();
  private static final int HANDSHAKE_SECONDS = 15;

  private final AtomicInteger accepted = new AtomicInteger();

  @AfterAll
  static void close() throws Exception {
    result(vertx.close());
  }

  private static <T> T result(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static EventBusOptions options(AuthKey key, String cluster) {
    return options(new SharedKeys(key), cluster);
  }

  private static EventBusOptions options(Credentials credentials, String cluster) {
    return options(credentials.identity(cluster, "node"));
  }

  private static EventBusOptions options(NodeIdentity identity) {
    return new BusTls(identity, new NodeTls(identity)).options(Example.settings("errand", 5701));
  }

  private static EventBusOptions member() {
    return options(KEY, "errand");
  }

  /** As the clustered bus does it, but patient. */
  private static NetClientOptions client(EventBusOptions options) {
    NetClientOptions patient = new NetClientOptions(options.toJson());
    patient.setConnectTimeout(1_000 * HANDSHAKE_SECONDS);
    patient.setSslHandshakeTimeout(HANDSHAKE_SECONDS);
    return patient.setHostnameVerificationAlgorithm("");
  }

  private int server(EventBusOptions options) throws Exception {
    return result(
            vertx
                .createNetServer(
                    new NetServerOptions(options.toJson())
                        .setPort(0)
                        .setSslHandshakeTimeout(HANDSHAKE_SECONDS))
                .connectHandler(socket -> accepted.incrementAndGet())
                .listen())
        .actualPort();
  }

  private static Future<NetSocket> connect(NetClientOptions client, int port) {
    NetClient own = vertx.createNetClient(client);
    clients.add(own);
    return own.connect(port, "127.0.0.1");
  }

  private static Future<Void> closed(NetSocket socket) {
    Promise<Void> closed = Promise.promise();
    socket.exceptionHandler(alert -> {}).closeHandler(closed::complete);
    return closed.future();
  }

  /**
   * Until it is closed. All of it is on the connection's loop: elsewhere, its end could come before
   * anybody listens for it.
   */
  private static void connectUntilClosed(NetClientOptions client, int port) throws Exception {
    Promise<Void> end = Promise.promise();
    vertx.runOnContext(
        any -> connect(client, port).compose(BusTlsTest::closed).otherwiseEmpty().onComplete(end));
    result(end.future());
  }

  /** In TLS 1.3 a client learns that it was refused only after its own part is done. */
  private void refusedByAMember(NetClientOptions client) throws Exception {
    connectUntilClosed(client, server(member()));
    assertThat(accepted).hasValue(0);
  }

  @Test
  void twoNodesOfAClusterMeet() throws Exception {
    NetSocket socket = result(connect(client(member()), server(member())));
    SSLSession session = socket.sslSession();
    assertThat(session.getProtocol()).isEqualTo("TLSv1.3");
    assertThat(session.getPeerPrincipal()).hasToString("CN=errand node");
  }

  @Test
  void aNodeWithAnotherKeyIsRefused() throws Exception {
    EventBusOptions stranger = options(AuthKey.random(), "errand");
    refusedByAMember(client(stranger).setTrustOptions(member().getTrustOptions()));
  }

  @Test
  void aNodeOfAnotherClusterWithTheSameKeyIsRefused() throws Exception {
    EventBusOptions stranger = options(KEY, "other");
    refusedByAMember(client(stranger).setTrustOptions(member().getTrustOptions()));
  }

  private static EventBusOptions during(AuthKey... keys) {
    return options(new SharedKeys(List.of(keys)), "errand");
  }

  @Test
  void neighboursInARotationMeet() throws Exception {
    AuthKey next = AuthKey.random();
    for (EventBusOptions neighbour : List.of(member(), during(next, KEY))) {
      result(connect(client(during(KEY, next)), server(neighbour)));
      result(connect(client(neighbour), server(during(KEY, next))));
    }
    await().until(() -> accepted.get() == 4);
  }

  @Test
  void whoSignsByAKeyThatIsNotBelievedYetIsRefused() throws Exception {
    refusedByAMember(client(during(AuthKey.random(), KEY)));
  }

  /** A bus can be told names only when it is there. */
  @Test
  void whereNamesDecideNobodyIsBelievedBeforeTheyAreKnown() throws Exception {
    NodeIdentity node = new OwnAuthority("ours").issue(OwnAuthority.rsa());
    NodeIdentity strict =
        new NodeIdentity(node.certificate(), node.key(), node.authorities(), List.of("node"));
    int open = server(options(node));
    result(connect(client(options(node)), open));
    await().until(() -> accepted.getAndSet(0) == 1);
    assertThatThrownBy(() -> result(connect(client(options(strict)), open)))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SSLHandshakeException.class);
    int closed = server(options(strict));
    connectUntilClosed(client(options(node)), closed);
    assertThat(accepted).hasValue(0);
  }

  @Test
  void aSelfMadeCertificateIsRefused() throws Exception {
    SelfSignedCertificate own = SelfSignedCertificate.create("CN=errand node");
    refusedByAMember(client(member()).setKeyCertOptions(own.keyCertOptions()));
    own.delete();
  }

  @Test
  void aClientWithoutACertificateIsRefused() throws Exception {
    refusedByAMember(client(member()).setKeyCertOptions(null));
  }

  @Test
  void anOlderTlsIsRefused() throws Exception {
    refusedByAMember(client(member()).setEnabledSecureTransportProtocols(Set.of("TLSv1.2")));
  }

  @Test
  void whoSpeaksNoTlsIsRefused() throws Exception {
    NetSocket socket = result(connect(new NetClientOptions(), server(member())));
    Future<Void> closed = closed(socket);
    result(socket.write("let me in\n"));
    result(closed);
    assertThat(accepted).hasValue(0);
  }

  @Test
  void aNodeDoesNotTalkToAStranger() throws Exception {
    for (EventBusOptions stranger :
        new EventBusOptions[] {options(AuthKey.random(), "errand"), options(KEY, "other")}) {
      // It would let anyone in, to learn what they send.
      int port = server(stranger.setClientAuth(ClientAuth.NONE));
      assertThatThrownBy(() -> result(connect(client(member()), port)))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void theOptionsSurviveTheirWayThroughJson() {
    EventBusOptions options = member();
    EventBusOptions read = new EventBusOptions(options.toJson());
    assertThat(read.isSsl()).isTrue();
    assertThat(read.isTrustAll()).isFalse();
    assertThat(read.getClientAuth()).isEqualTo(ClientAuth.REQUIRED);
    assertThat(read.getEnabledSecureTransportProtocols()).containsExactly("TLSv1.3");
    assertThat(read.getKeyCertOptions()).isNotNull().isEqualTo(options.getKeyCertOptions());
    assertThat(read.getTrustOptions()).isNotNull().isEqualTo(options.getTrustOptions());
  }

  @Test
  void theBusIsWhereTheSettingsSay() {
    EventBusOptions options = member();
    assertThat(options.getHost()).isEqualTo("127.0.0.1");
    assertThat(options.getClusterPublicHost()).isEqualTo("127.0.0.1");
    assertThat(options.getPort()).isEqualTo(5712);
    assertThat(options.getClusterPublicPort()).as("the same port").isEqualTo(-1);
  }

  @Test
  void aDeadConnectionIsNoticedSoon() {
    EventBusOptions options = member();
    assertThat(options.getClusterPingInterval()).isBetween(1L, 5_000L);
    assertThat(options.getClusterPingReplyInterval()).isBetween(1L, 5_000L);
    assertThat(options.getConnectTimeout()).isBetween(1, 5_000);
  }
}
