package dev.errand.config.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.PeerAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeersTest {

  /** No name server is asked about it: a part of it is empty. */
  private static final PeerAddress UNKNOWN = new PeerAddress("nobody..example", 5701);

  @Test
  void addressesStayAsTheyAreAndInTheirOrder() {
    Peers peers =
        new Peers(
            List.of(
                new PeerAddress("192.0.2.7", 5701),
                new PeerAddress("127.0.0.1", 5702),
                new PeerAddress("2001:db8::7", 5703)));
    assertThat(peers.texts())
        .containsExactly("192.0.2.7:5701", "127.0.0.1:5702", "[2001:db8:0:0:0:0:0:7]:5703");
  }

  @Test
  void aNameIsLookedUp() {
    Peers peers = new Peers(List.of(new PeerAddress("localhost", 5701)));
    assertThat(peers.texts()).contains("127.0.0.1:5701");
    assertThat(peers.addresses())
        .isNotEmpty()
        .allMatch(address -> address.getAddress().isLoopbackAddress())
        .allMatch(address -> address.getPort() == 5701)
        .noneMatch(InetSocketAddress::isUnresolved);
  }

  @Test
  void aNameThatNobodyKnowsIsLeftOut() {
    assertThat(new Peers(List.of(UNKNOWN)).addresses()).isEmpty();
    assertThat(new Peers(List.of(UNKNOWN, new PeerAddress("127.0.0.1", 5702))).texts())
        .containsExactly("127.0.0.1:5702");
  }

  @Test
  void onlyWithoutAnyThereIsNobodyToLookFor() {
    assertThat(new Peers(List.of()).isEmpty()).isTrue();
    assertThat(new Peers(List.of()).addresses()).isEmpty();
    assertThat(new Peers(List.of(UNKNOWN)).isEmpty()).as("it may be known later").isFalse();
  }

  @Test
  void peersAreShownAsTheSettingsHaveThem() {
    assertThat(new Peers(List.of(new PeerAddress("::1", 5702))).described())
        .isEqualTo("[[::1]:5702]");
  }

  @Test
  void aNameThatNobodyKnowsIsTold() {
    assertThat(new Peers(List.of(UNKNOWN, new PeerAddress("::1", 5702))).described())
        .isEqualTo(
            "[nobody..example:5701, [::1]:5702], of which DNS does not know nobody..example");
  }

  @Test
  void peersDoNotChangeBehindANodesBack() {
    List<PeerAddress> known = new ArrayList<>(List.of(new PeerAddress("127.0.0.1", 5701)));
    Peers peers = new Peers(known);
    known.clear();
    assertThat(peers.texts()).containsExactly("127.0.0.1:5701");
  }
}
