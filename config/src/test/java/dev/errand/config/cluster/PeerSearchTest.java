package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.errand.config.LogLines;
import dev.errand.config.settings.PeerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PeerSearchTest {

  private final PeerSearch search = new PeerSearch();
  private LogLines log;

  @BeforeEach
  void listen() {
    log = new LogLines(PeerSearch.class);
  }

  @AfterEach
  void end() {
    search.giveUp();
    log.close();
  }

  private static ServerSocket listener(int port) throws IOException {
    return new ServerSocket(port, 10, InetAddress.getLoopbackAddress());
  }

  private static PeerAddress peer(ServerSocket listener) {
    return new PeerAddress("127.0.0.1", listener.getLocalPort());
  }

  private static PeerAddress absent() throws IOException {
    try (ServerSocket listener = listener(0)) {
      return peer(listener);
    }
  }

  /** A search that has found nobody so far. */
  private FutureTask<Boolean> searching(List<PeerAddress> peers) {
    FutureTask<Boolean> found = new FutureTask<>(() -> search.await(peers));
    new Thread(found, "search").start();
    await().until(() -> !log.all().isEmpty());
    return found;
  }

  @Test
  void aPeerThatIsThereIsFoundAtOnce() throws Exception {
    try (ServerSocket listener = listener(0)) {
      assertThat(search.await(List.of(peer(listener)))).isTrue();
      assertThat(log.all()).isEmpty();
    }
  }

  @Test
  void onePeerOfManyIsEnough() throws Exception {
    try (ServerSocket listener = listener(0)) {
      assertThat(search.await(List.of(absent(), peer(listener)))).isTrue();
    }
  }

  @Test
  void aPeerThatComesLaterIsFound() throws Exception {
    PeerAddress absent = absent();
    FutureTask<Boolean> found = searching(List.of(absent));
    assertThat(found).isNotDone();
    try (ServerSocket listener = listener(absent.port())) {
      assertThat(found.get(5, TimeUnit.SECONDS)).isTrue();
      assertThat(listener.isBound()).isTrue();
    }
  }

  @Test
  void whoWaitsSaysForWhomAndOnlyNowAndThen() throws Exception {
    PeerAddress absent = absent();
    FutureTask<Boolean> found = searching(List.of(absent));
    try (ServerSocket listener = listener(absent.port())) {
      found.get(5, TimeUnit.SECONDS);
      assertThat(log.all())
          .containsExactly("INFO waits for a peer at [127.0.0.1:" + listener.getLocalPort() + "]");
    }
  }

  @Test
  void aSearchEndsWhenItIsGivenUp() throws Exception {
    FutureTask<Boolean> found = searching(List.of(absent()));
    search.giveUp();
    assertThat(found.get(5, TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void whoHasGivenUpFindsNobody() throws Exception {
    try (ServerSocket listener = listener(0)) {
      search.giveUp();
      assertThat(search.await(List.of(peer(listener)))).isFalse();
    }
  }

  @Test
  void aSearchCanBeInterrupted() throws Exception {
    FutureTask<Boolean> found =
        new FutureTask<>(() -> search.await(List.of(new PeerAddress("127.0.0.1", 1))));
    Thread thread = new Thread(found, "search");
    thread.start();
    await().until(() -> !log.all().isEmpty());
    thread.interrupt();
    assertThatThrownBy(() -> found.get(5, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
  }

  /** TCP allows it, and it happens: who tries a port without a listener may be given that port. */
  @Test
  void aConnectionToItselfIsNoPeer() throws IOException {
    try (Socket self = new Socket()) {
      self.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      self.connect(self.getLocalSocketAddress(), 1_000);
      assertThat(PeerSearch.isPeer(self)).isFalse();
    }
    try (ServerSocket listener = listener(0);
        Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
      assertThat(PeerSearch.isPeer(socket)).isTrue();
    }
  }
}
