package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.errand.config.LogLines;
import dev.errand.config.membertls.MemberProbe;
import dev.errand.config.security.AuthKey;
import dev.errand.config.security.NodeIdentity;
import dev.errand.config.security.NodeTls;
import dev.errand.config.security.SharedKeys;
import dev.errand.config.settings.PeerAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PeerSearchTest {

  private static final AuthKey KEY = AuthKey.random();
  private static final NodeIdentity OURS = identity(KEY);
  private static final Greeter.Manner MEMBER = Greeter.member(OURS);
  private static final Greeter.Manner STRANGER = Greeter.member(identity(AuthKey.random()));

  private final PeerSearch search = search(OURS);
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

  private static NodeIdentity identity(AuthKey... keys) {
    return new SharedKeys(List.of(keys)).identity("errand", "node-1");
  }

  private static PeerSearch search(NodeIdentity identity) {
    return new PeerSearch(new PeerSurvey(new MemberProbe(new NodeTls(identity).context())::ask));
  }

  private static Peers peers(PeerAddress... addresses) {
    return new Peers(List.of(addresses));
  }

  private static PeerAddress absent() throws IOException {
    try (Greeter gone = new Greeter(0, Greeter.closing())) {
      return gone.address();
    }
  }

  private FutureTask<Boolean> begin(Peers peers) {
    FutureTask<Boolean> found = new FutureTask<>(() -> search.await(peers));
    new Thread(found, "search").start();
    return found;
  }

  /** A search that has found nobody so far. */
  private FutureTask<Boolean> searching(Peers peers) {
    FutureTask<Boolean> found = begin(peers);
    await().until(() -> !log.all().isEmpty());
    return found;
  }

  @Test
  void aPeerThatIsThereIsFoundAtOnce() throws Exception {
    try (Greeter member = new Greeter(0, MEMBER)) {
      assertThat(search.await(peers(member.address()))).isTrue();
      assertThat(member.met()).isEqualTo(1);
      assertThat(log.all()).isEmpty();
    }
  }

  @Test
  void onePeerOfManyIsEnough() throws Exception {
    try (Greeter member = new Greeter(0, MEMBER)) {
      assertThat(search.await(peers(absent(), member.address()))).isTrue();
    }
  }

  @Test
  void thoseWhoAreGoneWithoutAWordHoldUpNobody() throws Exception {
    PeerAddress[] gone = new PeerAddress[PeerSurvey.MOST_AT_ONCE];
    Arrays.setAll(gone, i -> new PeerAddress("127.0.0.1", i + 1));
    int last = gone.length;
    CountDownLatch word = new CountDownLatch(1);
    PeerSearch search =
        new PeerSearch(
            new PeerSurvey(
                peer -> {
                  if (peer.getPort() == last) {
                    return MemberProbe.Answer.MEMBER;
                  }
                  PeerSurveyTest.await(word);
                  return MemberProbe.Answer.NONE;
                }));
    try {
      assertThat(search.await(peers(gone))).isTrue();
    } finally {
      word.countDown();
    }
  }

  @Test
  void aPeerThatComesLaterIsFound() throws Exception {
    PeerAddress absent = absent();
    FutureTask<Boolean> found = searching(peers(absent));
    assertThat(found).isNotDone();
    try (Greeter member = new Greeter(absent.port(), MEMBER)) {
      assertThat(found.get(20, TimeUnit.SECONDS)).isTrue();
      assertThat(member.met()).isEqualTo(1);
    }
  }

  @Test
  void whoWaitsSaysForWhomAndOnlyNowAndThen() throws Exception {
    PeerAddress absent = absent();
    FutureTask<Boolean> found = searching(peers(absent));
    try (Greeter member = new Greeter(absent.port(), Greeter.closing(), MEMBER)) {
      found.get(20, TimeUnit.SECONDS);
      assertThat(member.met()).as("more than one round").isEqualTo(2);
      assertThat(log.all())
          .containsExactly("INFO waits for a peer at [127.0.0.1:" + absent.port() + "]");
    }
  }

  @Test
  void aSearchEndsWhenItIsGivenUp() throws Exception {
    FutureTask<Boolean> found = searching(peers(absent()));
    search.giveUp();
    assertThat(found.get(20, TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void whoHasGivenUpFindsNobody() throws Exception {
    try (Greeter member = new Greeter(0, MEMBER)) {
      search.giveUp();
      assertThat(search.await(peers(member.address()))).isFalse();
      assertThat(member.met()).isZero();
    }
  }

  @Test
  void aSearchCanBeInterrupted() throws Exception {
    Peers peers = peers(absent());
    FutureTask<Boolean> found = new FutureTask<>(() -> search.await(peers));
    Thread thread = new Thread(found, "search");
    thread.start();
    await().until(() -> !log.all().isEmpty());
    thread.interrupt();
    assertThatThrownBy(() -> found.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
  }

  private static void refused(PeerSearch search, PeerAddress refusing, PeerAddress... peers) {
    assertThatThrownBy(() -> search.await(peers(peers)))
        .isInstanceOf(KeyRefusedException.class)
        .hasMessageStartingWith("no admission at " + refusing.text() + ": ")
        .hasMessageContaining("auth key and cluster.name");
  }

  @Test
  void threeRoundsOfRefusalEndTheSearch() throws Exception {
    try (Greeter stranger = new Greeter(0, STRANGER)) {
      refused(search, stranger.address(), stranger.address());
      assertThat(stranger.met()).isEqualTo(3);
      assertThat(log.all()).as("it does not wait for anybody").isEmpty();
    }
  }

  /** In the middle of a rotation, but the peer has missed its first step. */
  @Test
  void aPeerThatRefusesThisNodesCertificateCountsAsWell() throws Exception {
    try (Greeter member = new Greeter(0, MEMBER)) {
      refused(search(identity(AuthKey.random(), KEY)), member.address(), member.address());
      assertThat(member.met()).isEqualTo(3);
    }
  }

  @Test
  void whoDoesNotAnswerHasNoVoice() throws Exception {
    try (Greeter stranger = new Greeter(0, STRANGER)) {
      refused(search, stranger.address(), absent(), stranger.address());
    }
  }

  @Test
  void allWhoRefuseAreNamed() throws Exception {
    try (Greeter one = new Greeter(0, STRANGER);
        Greeter other = new Greeter(0, STRANGER)) {
      Peers peers = peers(one.address(), other.address());
      assertThatThrownBy(() -> search.await(peers))
          .isInstanceOf(KeyRefusedException.class)
          .hasMessageContaining(one.address().text() + ", " + other.address().text());
    }
  }

  @Test
  void oneThatAdmitsOutweighsAllWhoRefuse() throws Exception {
    try (Greeter stranger = new Greeter(0, STRANGER);
        Greeter member = new Greeter(0, MEMBER)) {
      assertThat(search.await(peers(stranger.address(), stranger.address(), member.address())))
          .isTrue();
    }
  }

  @Test
  void onlyRefusalsInARowCount() throws Exception {
    try (Greeter undecided =
        new Greeter(0, STRANGER, STRANGER, Greeter.closing(), STRANGER, STRANGER, MEMBER)) {
      assertThat(search.await(peers(undecided.address()))).isTrue();
      assertThat(undecided.met()).isEqualTo(6);
    }
  }

  /** Neither a member nor one that refuses: the search goes on. */
  private void isNoPeer(Greeter.Manner manner) throws Exception {
    try (Greeter other = new Greeter(0, manner)) {
      FutureTask<Boolean> found = begin(peers(other.address()));
      await().atMost(Duration.ofSeconds(30)).until(() -> other.met() >= 4 || found.isDone());
      search.giveUp();
      assertThat(found.get(20, TimeUnit.SECONDS)).isFalse();
    }
  }

  @Test
  void aListenerWithoutTlsIsNoPeer() throws Exception {
    isNoPeer(Greeter.plain("HZC"));
  }

  @Test
  void aListenerThatClosesAtOnceIsNoPeer() throws Exception {
    isNoPeer(Greeter.closing());
  }

  /** Such as the bus of a member. */
  @Test
  void anotherPortOfAMemberIsNoPeer() throws Exception {
    isNoPeer(Greeter.speaking(OURS, "bus"));
  }

  /** Who tries a port without a listener may be given that port, and meets what it said itself. */
  @Test
  void aConnectionToItselfIsNoPeer() throws Exception {
    isNoPeer(Greeter.echo());
  }
}
