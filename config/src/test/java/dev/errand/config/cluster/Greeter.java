package dev.errand.config.cluster;

import dev.errand.config.security.NodeIdentity;
import dev.errand.config.security.NodeTls;
import dev.errand.config.settings.PeerAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** A port on loopback that behaves as a test says. */
final class Greeter implements AutoCloseable {

  /** What is done with one connection. */
  interface Manner {
    void meet(Socket socket) throws IOException;
  }

  private static final int PATIENCE_MILLIS = 5_000;

  private final List<Manner> manners;
  private final ServerSocket listener;
  private final AtomicInteger met = new AtomicInteger();

  /** Meets the first with the first manner, and so on; all others with the last. */
  Greeter(int port, Manner... manners) throws IOException {
    this.manners = List.of(manners);
    this.listener = new ServerSocket(port, 10, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "greeter");
    thread.setDaemon(true);
    thread.start();
  }

  /** As a member's port: TLS with certificates on both sides, then the greeting and its answer. */
  static Manner member(NodeIdentity identity) {
    return speaking(identity, "HZC");
  }

  /** One that has the cluster's TLS, but says something else. */
  static Manner speaking(NodeIdentity identity, String answer) {
    NodeTls tls = new NodeTls(identity);
    return socket -> {
      SSLSocket secure =
          (SSLSocket) tls.context().getSocketFactory().createSocket(socket, null, false);
      secure.setUseClientMode(false);
      secure.setNeedClientAuth(true);
      try {
        secure.getInputStream().readNBytes(3);
        secure.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
      } catch (SSLException e) {
        // Closed with something unread, the connection would be reset, and the alert be lost.
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      }
    };
  }

  /** Speaks no TLS. */
  static Manner plain(String answer) {
    return socket -> {
      socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    };
  }

  /** Says what it hears, as a connection to itself does. */
  static Manner echo() {
    return socket -> socket.getInputStream().transferTo(socket.getOutputStream());
  }

  /** Is just ending. */
  static Manner closing() {
    return socket -> {};
  }

  private void serve() {
    while (!listener.isClosed()) {
      try (Socket socket = listener.accept()) {
        socket.setSoTimeout(PATIENCE_MILLIS);
        int number = met.getAndIncrement();
        manners.get(Math.min(number, manners.size() - 1)).meet(socket);
      } catch (IOException e) {
        // That one has gone, or this one has been closed.
      }
    }
  }

  PeerAddress address() {
    return new PeerAddress("127.0.0.1", listener.getLocalPort());
  }

  /** How many have come. */
  int met() {
    return met.get();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
