package dev.errand.config.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.errand.config.OwnAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By what Java's TLS really throws; {@code BusTransportTest} does the same with Netty's. */
class TlsFailureTest {

  private static final AuthKey KEY = AuthKey.random();
  private static final AuthKey OTHER_KEY = AuthKey.random();

  private static NodeIdentity member(AuthKey... keys) {
    return new SharedKeys(List.of(keys)).identity("errand", "node-1");
  }

  private static NodeIdentity believing(NodeIdentity identity, NodeIdentity authority) {
    return new NodeIdentity(
        identity.certificate(), identity.key(), authority.authorities(), List.of());
  }

  private static void expect(TlsEnd client, TlsFailure atClient, TlsEnd server, TlsFailure atServer)
      throws SSLException {
    TlsEnd.talk(client, server);
    assertThat(client.failure()).isNotNull();
    assertThat(server.failure()).isNotNull();
    assertThat(TlsFailure.of(client.failure())).as("client").isEqualTo(atClient);
    assertThat(TlsFailure.of(server.failure())).as("server").isEqualTo(atServer);
  }

  private static TlsFailure after(String hex) throws SSLException {
    TlsEnd server = TlsEnd.server(member(KEY));
    server.hear(HexFormat.of().parseHex(hex));
    assertThat(server.failure()).isNotNull();

    return TlsFailure.of(server.failure());
  }

  @Test
  void twoMembersFindNoFault() throws SSLException {
    TlsEnd client = TlsEnd.client(member(KEY));
    TlsEnd server = TlsEnd.server(member(KEY));
    TlsEnd.talk(client, server);
    assertThat(List.of(client, server)).allMatch(TlsEnd::isSatisfied);
  }

  @Test
  void twoWithDifferentKeysRefuseEachOther() throws SSLException {
    expect(
        TlsEnd.client(member(OTHER_KEY)),
        TlsFailure.FOREIGN_CERTIFICATE,
        TlsEnd.server(member(KEY)),
        TlsFailure.WE_ARE_REFUSED);
  }

  @Test
  void aClientThatBelievesTheServerIsRefusedAllTheSame() throws SSLException {
    expect(
        TlsEnd.client(member(OTHER_KEY, KEY)),
        TlsFailure.WE_ARE_REFUSED,
        TlsEnd.server(member(KEY)),
        TlsFailure.FOREIGN_CERTIFICATE);
  }

  @Test
  void aNameThatIsNotAdmittedIsToldFromAForeignCertificate() throws SSLException {
    OwnAuthority authority = new OwnAuthority("ours");
    NodeIdentity node = authority.issue(new GeneralName(GeneralName.dNSName, "node"));
    NodeIdentity strict =
        new NodeIdentity(node.certificate(), node.key(), node.authorities(), List.of("admitted"));
    expect(
        TlsEnd.client(node),
        TlsFailure.WE_ARE_REFUSED,
        TlsEnd.server(strict),
        TlsFailure.NOT_ADMITTED);
    expect(
        TlsEnd.client(strict),
        TlsFailure.NOT_ADMITTED,
        TlsEnd.server(node),
        TlsFailure.WE_ARE_REFUSED);
  }

  @Test
  void aCertificateThatHasExpiredIsRefusedForThat() throws SSLException {
    OwnAuthority authority = new OwnAuthority("ours");
    NodeIdentity old = authority.issue(OwnAuthority.ec(), Instant.now().minus(Duration.ofHours(1)));
    expect(
        TlsEnd.client(authority.issue()),
        TlsFailure.EXPIRED,
        TlsEnd.server(old),
        TlsFailure.WE_ARE_REFUSED);
  }

  @Test
  void aClientWithoutACertificateIsToldSo() throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, new TrustManager[] {new NodeTls(member(KEY)).trust()}, null);
    expect(
        TlsEnd.client(context),
        TlsFailure.WE_ARE_REFUSED,
        TlsEnd.server(member(KEY)),
        TlsFailure.NO_CERTIFICATE);
  }

  /** By their numbers, as also those send them who do not use Java's TLS. */
  @ParameterizedTest
  @CsvSource({
    "42, WE_ARE_REFUSED",
    "43, WE_ARE_REFUSED",
    "44, WE_ARE_REFUSED",
    "45, WE_ARE_REFUSED",
    "46, WE_ARE_REFUSED",
    "48, WE_ARE_REFUSED",
    "49, WE_ARE_REFUSED",
    "116, WE_ARE_REFUSED",
    "70, NO_TLS_13",
    "40, OTHER",
    "80, OTHER",
  })
  void anAlertTellsWhetherItIsAboutTheCertificate(int alert, TlsFailure expected)
      throws SSLException {
    TlsEnd client = TlsEnd.client(member(KEY));
    client.hear(new byte[] {21, 3, 3, 0, 2, 2, (byte) alert});
    assertThat(client.failure()).isNotNull();
    assertThat(TlsFailure.of(client.failure())).isEqualTo(expected);
  }

  /** It shows none, since its own is of none of the authorities that it is asked for. */
  @Test
  void aClientOfAnotherPkiIsRefused() throws SSLException {
    NodeIdentity ours = new OwnAuthority("ours").issue();
    expect(
        TlsEnd.client(believing(new OwnAuthority("theirs").issue(), ours)),
        TlsFailure.WE_ARE_REFUSED,
        TlsEnd.server(ours),
        TlsFailure.NO_CERTIFICATE);
  }

  @Test
  void anOlderTlsIsToldFromOthers() throws SSLException {
    expect(
        TlsEnd.client(member(KEY)).speaking("TLSv1.2"),
        TlsFailure.NO_TLS_13,
        TlsEnd.server(member(KEY)),
        TlsFailure.NO_TLS_13);
    expect(
        TlsEnd.client(member(KEY)),
        TlsFailure.NO_TLS_13,
        TlsEnd.server(member(KEY)).speaking("TLSv1.2"),
        TlsFailure.NO_TLS_13);
  }

  /** A hello of TLS 1.2 without the extension that Java's own clients send even then. */
  @Test
  void aClientThatHasNeverHeardOfTls13IsToldSo() throws SSLException {
    String hello = "0303" + "5a".repeat(32) + "00" + "0004c02bc02c" + "0100";
    assertThat(after("160301002f" + "0100002b" + hello)).isEqualTo(TlsFailure.NO_TLS_13);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: errand\r\n\r\n", "HZC", "\0\0\0\0\0\0\0\0"})
  void whatIsNoTlsIsToldSo(String said) throws SSLException {
    byte[] bytes = said.repeat(3).getBytes(StandardCharsets.US_ASCII);
    assertThat(after(HexFormat.of().formatHex(bytes))).isEqualTo(TlsFailure.NO_TLS);
  }

  @Test
  void aPeerThatEndsTlsInsteadOfTheHandshakeHasLeft() throws SSLException {
    String closeNotify = "1503030002" + "0100";
    assertThat(after(closeNotify)).isEqualTo(TlsFailure.LEFT);
  }

  @Test
  void garbageInARecordIsAFailure() throws SSLException {
    assertThat(after("1603010004" + "63000000")).isEqualTo(TlsFailure.OTHER);
  }

  /** TCP allows it, and it happens: who tries a port without a listener may be given that port. */
  @Test
  void whoMeetsItselfDoesNotTakeItForARefusal() throws IOException {
    try (Socket self = new Socket()) {
      self.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      self.connect(self.getLocalSocketAddress(), 1_000);
      self.setSoTimeout(5_000);
      SSLContext context = new NodeTls(member(KEY)).context();
      try (SSLSocket tls =
          (SSLSocket) context.getSocketFactory().createSocket(self, null, 1, true)) {
        Throwable failure = catchThrowable(tls::startHandshake);
        assertThat(failure).isInstanceOf(SSLException.class);
        assertThat(TlsFailure.of(failure).isRefusal()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyWhoKnowsTheOthersCertificateCanRefuseIt(TlsFailure failure) {
    assertThat(failure.isRefusal())
        .isEqualTo(
            EnumSet.of(
                    TlsFailure.FOREIGN_CERTIFICATE,
                    TlsFailure.NOT_ADMITTED,
                    TlsFailure.WE_ARE_REFUSED)
                .contains(failure));
  }

  /** Where this version of Java says it otherwise, or with an exception of its own. */
  @ParameterizedTest
  @CsvSource({
    "Connection reset by peer, LEFT",
    "Socket is closed, LEFT",
    "(certificate_required) no certificate, NO_CERTIFICATE",
  })
  void whatOtherVersionsOfJavaSayIsKnown(String message, TlsFailure expected) {
    assertThat(TlsFailure.of(new SSLException(message))).isEqualTo(expected);
  }

  @Test
  void whatSaysNothingIsAFailureToo() {
    assertThat(TlsFailure.of(new SSLException((String) null))).isEqualTo(TlsFailure.OTHER);
  }
}
