package dev.errand.config.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedKeysTest {

  private static final AuthKey OLD = AuthKey.random();
  private static final AuthKey NEW = AuthKey.random();

  private static NodeIdentity identity(AuthKey... keys) {
    return new SharedKeys(List.of(keys)).identity("errand", "node-1");
  }

  /** The steps of a rotation, such as {@code old+new}: the first signs, all are believed. */
  private static NodeIdentity step(String keys) {
    List<AuthKey> parts = new ArrayList<>();
    for (String key : keys.split("\\+")) {
      parts.add(key.equals("old") ? OLD : NEW);
    }
    return new SharedKeys(parts).identity("errand", "node-1");
  }

  private static boolean meet(NodeIdentity client, NodeIdentity server) throws SSLException {
    TlsEnd asking = TlsEnd.client(client);
    TlsEnd asked = TlsEnd.server(server);
    TlsEnd.talk(asking, asked);
    return asking.isSatisfied() && asked.isSatisfied();
  }

  @ParameterizedTest
  @CsvSource({
    "old, old, true",
    "old, old+new, true",
    "old+new, old+new, true",
    "old+new, new+old, true",
    "new+old, new+old, true",
    "new+old, new, true",
    "new, new, true",
    // Who leaves out a step of the rotation stays out.
    "old, new+old, false",
    "old, new, false",
    "old+new, new, false",
  })
  void neighboursInARotationMeetAndNoOthers(String one, String other, boolean admitted)
      throws SSLException {
    assertThat(meet(step(one), step(other))).isEqualTo(admitted);
    assertThat(meet(step(other), step(one))).isEqualTo(admitted);
  }

  @Test
  void aThirdKeyIsOfNoUseDuringARotation() throws SSLException {
    for (String step : List.of("old+new", "new+old")) {
      assertThat(meet(identity(AuthKey.random()), step(step))).isFalse();
      assertThat(meet(identity(AuthKey.random(), OLD, NEW), step(step))).isFalse();
    }
  }

  @Test
  void aRotationDoesNotOpenTheClusterForOthersWithTheSameKeys() throws SSLException {
    NodeIdentity other = new SharedKeys(List.of(OLD, NEW)).identity("other", "node-1");
    assertThat(meet(other, step("old+new"))).isFalse();
    assertThat(meet(step("old+new"), other)).isFalse();
  }

  @Test
  void aKeyAdmitsByWhoSignedAndNotByNames() {
    assertThat(identity(OLD).admitted()).isEmpty();
    assertThat(identity(OLD, NEW).authorities()).hasSize(2);
  }

  @Test
  void withoutAKeyThereIsNoCluster() {
    assertThatThrownBy(() -> new SharedKeys(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keysDoNotChangeBehindANodesBack() throws SSLException {
    List<AuthKey> keys = new ArrayList<>(List.of(OLD));
    SharedKeys shared = new SharedKeys(keys);
    keys.set(0, NEW);
    assertThat(meet(shared.identity("errand", "node-1"), identity(OLD))).isTrue();
  }

  @Test
  void neitherKeysNorTheirIdentitiesShowThemselves() {
    SharedKeys shared = new SharedKeys(List.of(OLD, NEW));
    assertThat(shared.toString())
        .doesNotContain(OLD.text().substring(AuthKey.PREFIX.length()))
        .doesNotContain(NEW.text().substring(AuthKey.PREFIX.length()));
    assertThat(shared.identity("errand", "node-1")).hasToString("NodeIdentity(key not shown)");
  }
}
