package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.catchThrowable;

import dev.errand.config.security.AuthKey;
import dev.errand.config.security.NodeTls;
import dev.errand.config.security.SharedKeys;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Random;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Knocks at a port of a cluster in every way that must not open it. */
final class Stranger {

  private static final int PATIENCE_MILLIS = 20_000;

  /** Trusts everybody, so that it gets as far as it can. */
  private static final TrustManager[] CREDULOUS = {
    new X509TrustManager() {
      @Override
      public void checkClientTrusted(X509Certificate[] chain, String type) {
        // Whoever it is.
      }

      @Override
      public void checkServerTrusted(X509Certificate[] chain, String type) {
        // Whoever it is.
      }

      @Override
      public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
      }
    }
  };

  private final SSLContext bare;
  private final SSLContext foreign;
  private final SSLContext member;

  /** A stranger to the cluster of that key and name. */
  Stranger(AuthKey key, String cluster) throws GeneralSecurityException {
    this(tls(AuthKey.random(), cluster), tls(key, cluster));
  }

  /** One who shows that foreign certificate, and for comparison a member's. */
  Stranger(NodeTls foreign, NodeTls member) throws GeneralSecurityException {
    this.bare = context(null);
    this.foreign = context(foreign.keyManagers());
    this.member = context(member.keyManagers());
  }

  private static NodeTls tls(AuthKey key, String cluster) {
    return new NodeTls(new SharedKeys(key).identity(cluster, "stranger"));
  }

  private static SSLContext context(KeyManager[] keys) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, CREDULOUS, null);
    return context;
  }

  /** What it does. */
  enum Knock {
    HTTP,
    NOISE,
    MEMBER_WITHOUT_TLS,
    NO_CERTIFICATE,
    FOREIGN_CERTIFICATE,
    TLS_1_2,
    HALF_HELLO,
    SILENCE
  }

  /**
   * Knocks, and waits until it is thrown out.
   *
   * @return whether it was, without having been told anything
   */
  boolean isThrownOut(Knock knock, int port) throws IOException {
    return switch (knock) {
      case HTTP ->
          isSilent(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      case NOISE -> isSilent(port, noise());
      case MEMBER_WITHOUT_TLS -> isSilent(port, "HZC".getBytes(StandardCharsets.US_ASCII));
      case NO_CERTIFICATE -> isRefused(bare, "TLSv1.3", port);
      case FOREIGN_CERTIFICATE -> isRefused(foreign, "TLSv1.3", port);
      case TLS_1_2 -> isRefused(member, "TLSv1.2", port);
      case HALF_HELLO -> isSilent(port, new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
      case SILENCE -> isSilent(port, new byte[0]);
    };
  }

  /** Whether a member's certificate opens the port, so that the refusals prove something. */
  boolean isAdmittedWithTheKey(int port) throws IOException {
    try (SSLSocket socket = (SSLSocket) member.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.startHandshake();
      socket.setSoTimeout(1_000);
      // Whoever refuses says so at once, and whoever does not waits for the client's first word.
      return catchThrowable(() -> socket.getInputStream().read()) instanceof SocketTimeoutException;
    }
  }

  private static byte[] noise() {
    byte[] noise = new byte[5_000];
    new Random(3).nextBytes(noise);
    // Not by chance the beginning of a record.
    noise[0] = 1;
    return noise;
  }

  /** At most an alert of TLS comes back: 7 bytes. */
  private static boolean isSilent(int port, byte[] says) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      try {
        socket.getOutputStream().write(says);
        return socket.getInputStream().readAllBytes().length <= 7;
      } catch (SocketException e) {
        return true;
      }
    }
  }

  private static boolean isRefused(SSLContext context, String protocol, int port)
      throws IOException {
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      socket.setEnabledProtocols(new String[] {protocol});
      socket.setSoTimeout(PATIENCE_MILLIS);
      try {
        socket.startHandshake();
        // In TLS 1.3 a client hears with its first read whether it was admitted.
        InputStream in = socket.getInputStream();
        return in.read() < 0;
      } catch (SSLException | SocketException e) {
        return true;
      }
    }
  }
}
