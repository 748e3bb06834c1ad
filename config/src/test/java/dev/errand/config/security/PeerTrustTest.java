package dev.errand.config.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.OwnAuthority;
import java.util.List;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerTrustTest {

  private static final OwnAuthority AUTHORITY = new OwnAuthority("ours");
  private static final GeneralName NAME = dns("node.example.org");

  private static GeneralName dns(String name) {
    return new GeneralName(GeneralName.dNSName, name);
  }

  private static NodeIdentity admitting(NodeIdentity identity, String... admitted) {
    return new NodeIdentity(
        identity.certificate(), identity.key(), identity.authorities(), List.of(admitted));
  }

  /** One that shows a certificate which all others of these tests admit. */
  private static NodeIdentity admitting(String... admitted) {
    return admitting(AUTHORITY.issue(NAME), admitted);
  }

  /** Whether the one lets the other in; it must decide alike whichever of both has called. */
  private static boolean admits(NodeIdentity one, NodeIdentity other) throws SSLException {
    TlsEnd server = TlsEnd.server(one);
    TlsEnd.talk(TlsEnd.client(other), server);
    TlsEnd client = TlsEnd.client(one);
    TlsEnd.talk(client, TlsEnd.server(other));
    assertThat(client.isSatisfied()).isEqualTo(server.isSatisfied());
    return client.isSatisfied();
  }

  @ParameterizedTest
  @CsvSource({
    "2, worker-1.example.org",
    "6, spiffe://example.org/errand/worker",
    "7, 192.0.2.7",
    "1, worker@example.org",
  })
  void aNameThatIsAdmittedOpensTheDoor(int kind, String name) throws SSLException {
    NodeIdentity named = AUTHORITY.issue(new GeneralName(kind, name));
    assertThat(admits(admitting(name), named)).isTrue();
    assertThat(admits(admitting("some.example.org", name), named)).isTrue();
    assertThat(admits(admitting("some.example.org"), named)).isFalse();
  }

  @Test
  void oneOfTheNamesIsEnough() throws SSLException {
    NodeIdentity named = AUTHORITY.issue(dns("a.example.org"), dns("b.example.org"), NAME);
    assertThat(admits(admitting("b.example.org"), named)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"example.org", "a.node.example.org", "*.example.org", "node.example.org.", "node"})
  void aNameThatIsOnlyAlikeIsNotAdmitted(String alike) throws SSLException {
    assertThat(admits(admitting("node.example.org"), AUTHORITY.issue(dns(alike)))).isFalse();
    assertThat(admits(admitting(alike), AUTHORITY.issue(NAME))).isFalse();
  }

  /** These are texts in Java, too, but of another meaning. */
  @Test
  void namesOfOtherKindsDoNotCount() throws SSLException {
    GeneralName number = new GeneralName(GeneralName.registeredID, "1.3.6.1");
    assertThat(admits(admitting("1.3.6.1"), AUTHORITY.issue(number))).isFalse();
    GeneralName directory = new GeneralName(GeneralName.directoryName, "CN=node");
    assertThat(admits(admitting("CN=node"), AUTHORITY.issue(directory))).isFalse();
  }

  @Test
  void theSubjectIsNoName() throws SSLException {
    NodeIdentity unnamed = AUTHORITY.issue();
    assertThat(admits(admitting("node"), unnamed)).isFalse();
    assertThat(admits(admitting("CN=node"), unnamed)).isFalse();
  }

  @Test
  void whoAdmitsNobodyByNameAdmitsAllOfTheAuthority() throws SSLException {
    assertThat(admits(admitting(), AUTHORITY.issue())).isTrue();
    assertThat(admits(admitting(), AUTHORITY.issue(dns("any.example.org")))).isTrue();
  }

  @Test
  void anAdmittedNameOfAnotherAuthorityIsWorthNothing() throws SSLException {
    NodeIdentity foreign = new OwnAuthority("ours").issue(NAME);
    assertThat(admits(admitting("node.example.org"), foreign)).isFalse();
    assertThat(admits(admitting(), foreign)).isFalse();
  }

  @Test
  void hostNamesAreNotLookedAt() throws SSLException {
    NodeIdentity elsewhere = AUTHORITY.issue(new GeneralName(GeneralName.iPAddress, "192.0.2.9"));
    assertThat(admits(admitting("192.0.2.9"), elsewhere)).isTrue();
  }

  @Test
  void onlyItsAuthoritiesAreAskedFor() {
    assertThat(new NodeTls(admitting()).trust().getAcceptedIssuers())
        .singleElement()
        .satisfies(issuer -> assertThat(issuer.getSubjectX500Principal()).hasToString("CN=ours"));
  }
}
