package dev.errand.dispatcher.web;

import dev.errand.config.security.KeyedCertificate;
import dev.errand.config.settings.HttpSettings;
import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.MemoryTurns;
import dev.errand.dispatcher.figures.Figures;
import dev.errand.dispatcher.figures.NodeState;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A door that is open with some settings, on a dispatcher without workers. */
final class GuardedDoor implements AutoCloseable {

  private static final long SECONDS = 20;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final KeyedCertificate tls;
  private final int port;

  GuardedDoor(HttpSettings settings) {
    this(settings, door -> {});
  }

  /** One that is set up in some way before it opens. */
  GuardedDoor(HttpSettings settings, Consumer<WebDoor> setUp) {
    this(settings, setUp, () -> NodeState.ALONE);
  }

  /** The same on a node in that state. */
  GuardedDoor(HttpSettings settings, Consumer<WebDoor> setUp, Supplier<NodeState> state) {
    tls = settings.tls();
    port = await(() -> open(settings, setUp, state));
  }

  private Future<Integer> open(
      HttpSettings settings, Consumer<WebDoor> setUp, Supplier<NodeState> state) {
    Dispatch dispatch =
        new Dispatch(
            MemoryTurns.open(
                context,
                MemoryTurns.limits(1_000, 1_000),
                MemoryTurns.DEFAULTS,
                (node, peer, frame) -> {}));
    Figures figures = new Figures(dispatch, state);
    WebDoor door = new WebDoor(vertx, settings, dispatch, figures, Duration.ZERO);
    setUp.accept(door);
    return door.open();
  }

  private <T> T await(Supplier<Future<T>> step) {
    Promise<T> done = Promise.promise();
    context.runOnContext(any -> step.get().onComplete(done));
    try {
      return done.future().toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  int port() {
    return port;
  }

  /** As the door wants it, by TLS or not. */
  Socket connect() {
    return tls == null ? connectPlain() : connectSecure("TLSv1.3");
  }

  Socket connectPlain() {
    try {
      return new Socket(InetAddress.getLoopbackAddress(), port);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** With that version of TLS; fails if the door does not want it. */
  SSLSocket connectSecure(String version) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, believing(tls.certificate()), null);
      SSLSocket socket =
          (SSLSocket)
              context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
      socket.setEnabledProtocols(new String[] {version});
      return socket;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static TrustManager[] believing(String certificate)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry(
        "door",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust.getTrustManagers();
  }

  /** A request for this door, to be sent by its {@link RawRequest#send}. */
  RawRequest request(String method, String path) {
    return new RawRequest(this::connect, method, path).header("Host", "127.0.0.1:" + port);
  }

  @Override
  public void close() {
    await(vertx::close);
  }
}
