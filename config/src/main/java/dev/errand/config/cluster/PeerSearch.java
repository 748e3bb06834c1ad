package dev.errand.config.cluster;

import dev.errand.config.settings.PeerAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for one of the peers to be there. A node that waits, instead of starting a cluster of its
 * own, needs no merge when its peer starts later.
 */
final class PeerSearch {

  private static final Logger log = LoggerFactory.getLogger(PeerSearch.class);
  private static final int CONNECT_MILLIS = 1_000;
  private static final int PAUSE_MILLIS = 250;
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final CountDownLatch given = new CountDownLatch(1);

  /**
   * Blocks until a peer accepts a connection.
   *
   * @return false if {@link #giveUp} was called
   */
  boolean await(List<PeerAddress> peers) throws InterruptedException {
    long nextLine = System.nanoTime();
    while (given.getCount() > 0) {
      if (peers.stream().anyMatch(PeerSearch::answers)) {
        return true;
      }
      if (System.nanoTime() - nextLine >= 0) {
        log.info("waits for a peer at {}", peers.stream().map(PeerAddress::text).toList());
        nextLine = System.nanoTime() + LINE_NANOS;
      }
      if (given.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  /** Ends the wait. */
  void giveUp() {
    given.countDown();
  }

  private static boolean answers(PeerAddress peer) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(peer.host(), peer.port()), CONNECT_MILLIS);
      return isPeer(socket);
    } catch (IOException e) {
      return false;
    }
  }

  /** Who tries a free port may be given just that port for the own end, and so meets itself. */
  static boolean isPeer(Socket socket) {
    return !socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress());
  }
}
