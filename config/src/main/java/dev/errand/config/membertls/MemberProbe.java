package dev.errand.config.membertls;

import dev.errand.config.security.NodeTls;
import dev.errand.config.security.TlsFailure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** Asks a membership port who answers there, without becoming a member. */
public final class MemberProbe {

  private static final int CONNECT_MILLIS = 1_000;
  private static final int ANSWER_MILLIS = 3_000;

  /** How the members' protocol begins, in both directions. */
  private static final byte[] GREETING = "HZC".getBytes(StandardCharsets.US_ASCII);

  private final SSLContext context;

  /** A probe that shows the certificate of that context. */
  public MemberProbe(SSLContext context) {
    this.context = context;
  }

  /** Who answers. */
  public enum Answer {
    /** A member that admits this node. */
    MEMBER,
    /** Someone whose certificate this node does not accept, or who does not accept this node's. */
    REFUSAL,
    /** Nobody, or something else than a member, or one that is just starting or ending. */
    NONE
  }

  /** Asks; blocks for some seconds at most. */
  public Answer ask(InetSocketAddress peer) {
    try (Socket socket = new Socket()) {
      CompletableFuture.delayedExecutor(ANSWER_MILLIS, TimeUnit.MILLISECONDS, Runnable::run)
          .execute(() -> close(socket));
      socket.connect(peer, CONNECT_MILLIS);
      if (socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress())) {
        // Who tries a free port may be given just that port for the own end, and so meets itself.
        return Answer.NONE;
      }
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(ANSWER_MILLIS);
      return greet(socket, peer);
    } catch (IOException e) {
      return Answer.NONE;
    }
  }

  /** Whoever answers byte by byte must not hold up the search for others. */
  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }

  private Answer greet(Socket socket, InetSocketAddress peer) throws IOException {
    try {
      // Not closed by itself, as that waits for the other side; the socket below it is.
      SSLSocket tls =
          (SSLSocket) context.getSocketFactory().createSocket(socket, null, peer.getPort(), true);
      tls.setEnabledProtocols(new String[] {NodeTls.PROTOCOL});
      tls.startHandshake();
      tls.getOutputStream().write(GREETING);
      // Each time the peer is to prove itself anew.
      tls.getSession().invalidate();
      byte[] answer = tls.getInputStream().readNBytes(GREETING.length);
      return Arrays.equals(answer, GREETING) ? Answer.MEMBER : Answer.NONE;
    } catch (SSLException e) {
      return TlsFailure.of(e).isRefusal() ? Answer.REFUSAL : Answer.NONE;
    }
  }
}
