package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.errand.config.LogLines;
import dev.errand.config.OwnAuthority;
import dev.errand.config.security.AuthKey;
import dev.errand.config.security.NodeIdentity;
import dev.errand.config.security.NodeTls;
import dev.errand.config.security.RefusalLog;
import dev.errand.config.security.SharedKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server with the bus's options and transport tells of strangers. */
@Timeout(60)
class BusTransportTest {

  private static final String PREFIX = "WARN bus: refused 127.0.0.1: ";
  private static final AuthKey KEY = AuthKey.random();

  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final RefusalLog refusals = new RefusalLog("bus", clock);
  private final LogLines log = new LogLines(RefusalLog.class);
  private final AtomicInteger accepted = new AtomicInteger();
  private final NodeIdentity identity = identity(KEY);
  private Vertx vertx;

  @AfterEach
  void close() throws Exception {
    result(vertx.close());
    clock.shutdownNow();
    log.close();
  }

  private static NodeIdentity identity(AuthKey... keys) {
    return new SharedKeys(List.of(keys)).identity("errand", "node-1");
  }

  private static <T> T result(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private int bus() throws Exception {
    return bus(identity);
  }

  private int bus(NodeIdentity shown) throws Exception {
    return bus(shown, 10_000);
  }

  private int impatientBus() throws Exception {
    return bus(identity, 300);
  }

  private int bus(NodeIdentity shown, int handshakeMillis) throws Exception {
    NodeTls tls = new NodeTls(shown);
    BusTls bus = new BusTls(shown, tls);
    vertx = Vertx.builder().withTransport(new BusTransport(bus.certificate(), refusals)).build();
    NetServerOptions options =
        new NetServerOptions(bus.options(Example.settings("errand", 5701)).toJson())
            .setPort(0)
            .setTrustOptions(TrustOptions.wrap(tls.trust()))
            .setSslHandshakeTimeout(handshakeMillis)
            .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    NetServer server =
        vertx.createNetServer(options).connectHandler(socket -> accepted.incrementAndGet());
    return result(server.listen()).actualPort();
  }

  private static Socket socket(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Says it, and reads until the server closes. */
  private static void say(int port, byte[] bytes) throws IOException {
    try (Socket socket = socket(port)) {
      socket.getOutputStream().write(bytes);
      drain(socket);
    }
  }

  private static void drain(Socket socket) throws IOException {
    try (InputStream in = socket.getInputStream()) {
      in.readAllBytes();
    } catch (SocketException e) {
      // Reset: closed as well.
    }
  }

  /**
   * A handshake that fails on either side; what that is called here is told by others. A client
   * that still speaks when the server has closed sees the connection broken instead of the alert.
   */
  private static void handshake(int port, SSLContext context, String protocol) throws IOException {
    try (Socket plain = socket(port)) {
      SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket(plain, null, port, false);
      socket.setEnabledProtocols(new String[] {protocol});
      assertThatThrownBy(
              () -> {
                socket.startHandshake();
                socket.getInputStream().read();
              })
          .isInstanceOfAny(SSLException.class, SocketException.class);
      // Closed with something unread, the connection would be reset, and the alert be lost.
      plain.shutdownOutput();
      drain(plain);
    }
  }

  private void tells(String reason) {
    await().until(() -> !log.all().isEmpty());
    assertThat(log.all()).containsExactly(PREFIX + reason);
    assertThat(accepted).hasValue(0);
  }

  @Test
  void ofAMemberThereIsNothingToTell() throws Exception {
    int port = bus();
    SSLContext context = new NodeTls(identity(KEY)).context();
    try (Socket socket = context.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.getOutputStream().write(1);
      await().until(() -> accepted.get() == 1);
    }
    assertThat(log.all()).isEmpty();
    assertThat(refusals.count()).isZero();
  }

  @Test
  void aPeerWithoutTls() throws Exception {
    say(bus(), "let me in\r\nWARN bus: all is well\r\n".getBytes(StandardCharsets.US_ASCII));
    tells("it does not speak TLS");
  }

  @Test
  void aPeerWithAnotherKey() throws Exception {
    int port = bus();
    handshake(port, new NodeTls(identity(AuthKey.random(), KEY)).context(), "TLSv1.3");
    tells("its certificate is not of this cluster (another auth key, cluster.name or authority)");
  }

  @Test
  void aPeerThatDoesNotBelieveThisNode() throws Exception {
    int port = bus(identity(KEY, AuthKey.random()));
    handshake(port, new NodeTls(identity(AuthKey.random())).context(), "TLSv1.3");
    tells(
        "it does not accept this node's certificate (another auth key, cluster.name or"
            + " authority)");
  }

  @Test
  void aPeerWithoutACertificate() throws Exception {
    int port = bus();
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, new TrustManager[] {new NodeTls(identity).trust()}, null);
    handshake(port, context, "TLSv1.3");
    tells("it showed no certificate");
  }

  @Test
  void aPeerWhoseNameIsNotAdmitted() throws Exception {
    NodeIdentity own = new OwnAuthority("ours").issue(new GeneralName(GeneralName.dNSName, "node"));
    int port =
        bus(new NodeIdentity(own.certificate(), own.key(), own.authorities(), List.of("admitted")));
    handshake(port, new NodeTls(own).context(), "TLSv1.3");
    tells("no name of its certificate is in cluster.tls.allow");
  }

  @Test
  void aPeerWithAnOlderTls() throws Exception {
    int port = bus();
    handshake(port, new NodeTls(identity(KEY)).context(), "TLSv1.2");
    tells("it does not speak TLS 1.3");
  }

  @Test
  void aPeerThatHasNeverHeardOfTls13() throws Exception {
    String hello = "0303" + "5a".repeat(32) + "00" + "0004c02bc02c" + "0100";
    say(bus(), HexFormat.of().parseHex("160301002f" + "0100002b" + hello));
    tells("it does not speak TLS 1.3");
  }

  @Test
  void aPeerThatSaysNothing() throws Exception {
    say(impatientBus(), new byte[0]);
    tells("it did not finish its handshake within 5 s");
  }

  @Test
  void aPeerThatStopsInTheMiddle() throws Exception {
    say(impatientBus(), HexFormat.of().parseHex("16030100ff01"));
    tells("it did not finish its handshake within 5 s");
  }

  @Test
  void aPeerThatLeaves() throws Exception {
    socket(bus()).close();
    tells("it left before its handshake was over");
  }

  @Test
  void aPeerThatBreaksOff() throws Exception {
    try (Socket socket = socket(bus())) {
      socket.getOutputStream().write(HexFormat.of().parseHex("16030100ff01"));
      // To be reset, not closed.
      socket.setSoLinger(true, 0);
    }
    tells("it left before its handshake was over");
  }

  @Test
  void otherServersOfTheNodeAreLeftAlone() throws Exception {
    bus();
    int port =
        result(
                vertx
                    .createNetServer()
                    .connectHandler(socket -> socket.handler(socket::end))
                    .listen(0, "127.0.0.1"))
            .actualPort();
    byte[] said = "hello".getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = socket(port)) {
      socket.getOutputStream().write(said);
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(said);
    }
    assertThat(log.all()).isEmpty();
  }
}
