package dev.errand.config.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterAuthorityTest {

  /** Of the bytes 0 to 31. */
  private static final AuthKey KEY =
      AuthKey.parse("errand1-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0p");

  private static ClusterAuthority authority(AuthKey key, String cluster) {
    return ClusterAuthority.of(key, cluster);
  }

  private static KeyedCertificate issue(AuthKey key, String cluster) {
    return authority(key, cluster).issue("node-1");
  }

  private static X509Certificate certificate(String pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static PrivateKey key(String pem) throws GeneralSecurityException {
    byte[] encoded = Base64.getMimeDecoder().decode(pem.replaceAll("-----.*-----", ""));
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  /** As one who trusts that authority alone would, given that chain. */
  private static void verify(String authority, X509Certificate... chain)
      throws GeneralSecurityException {
    PKIXParameters trust =
        new PKIXParameters(Set.of(new TrustAnchor(certificate(authority), null)));
    trust.setRevocationEnabled(false);
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(chain)), trust);
  }

  private static void refused(ClusterAuthority believed, ClusterAuthority other)
      throws GeneralSecurityException {
    X509Certificate node = certificate(other.issue("node-1").certificate());
    assertThatThrownBy(() -> verify(believed.certificate(), node))
        .isInstanceOf(CertPathValidatorException.class);
  }

  /** Computed by other means: HKDF and the multiplication on the curve, written out in Python. */
  @ParameterizedTest
  @CsvSource({
    "errand,"
        + "c882c467a999af68cf8783901f988bb2f401fe0bebff0dc843d284d3de31cf93,"
        + "7513dd6447bb616dd727cddfb4ae5d070d0e99c88e8879c02eb6ec5361cb5c2f",
    "büro,"
        + "eb0771a3d8c502063c65b586110279bfe485e1a2e37c54afd6aa675772e88097,"
        + "4189573f00309655bbd296fea238b2ca518acefd82c89151385ab4b77fec286f",
  })
  void theAuthorityOfAKeyAndANameNeverChanges(String cluster, String x, String y)
      throws GeneralSecurityException {
    X509Certificate authority = certificate(authority(KEY, cluster).certificate());
    ECPublicKey key = (ECPublicKey) authority.getPublicKey();
    assertThat(key.getW().getAffineX()).isEqualTo(new BigInteger(x, 16));
    assertThat(key.getW().getAffineY()).isEqualTo(new BigInteger(y, 16));
    assertThat(authority.getSubjectX500Principal())
        .hasToString("CN=errand cluster authority")
        .isEqualTo(authority.getIssuerX500Principal());
    assertThat(authority.getSerialNumber()).isEqualTo(1);
    assertThat(authority.getNotBefore()).isEqualTo(Instant.parse("2020-01-01T00:00:00Z"));
    assertThat(authority.getNotAfter()).isEqualTo(Instant.parse("2120-01-01T00:00:00Z"));
  }

  @Test
  void everyNodeHasTheSameAuthority() throws GeneralSecurityException {
    AuthKey fresh = AuthKey.random();
    X509Certificate here = certificate(authority(fresh, "errand").certificate());
    X509Certificate there =
        certificate(authority(AuthKey.parse(fresh.text()), "errand").certificate());
    assertThat(here.getPublicKey()).isEqualTo(there.getPublicKey());
    assertThat(here.getSubjectX500Principal()).isEqualTo(there.getSubjectX500Principal());
  }

  @Test
  void nodesOfOneClusterBelieveEachOther() throws GeneralSecurityException {
    AuthKey fresh = AuthKey.random();
    ClusterAuthority here = authority(fresh, "errand");
    ClusterAuthority there = authority(fresh, "errand");
    verify(here.certificate(), certificate(there.issue("second").certificate()));
    verify(there.certificate(), certificate(here.issue("first").certificate()));
  }

  @Test
  void aNodeWithAnotherKeyIsNotBelieved() throws GeneralSecurityException {
    refused(authority(KEY, "errand"), authority(AuthKey.random(), "errand"));
    refused(authority(AuthKey.random(), "errand"), authority(KEY, "errand"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"errand2", "Errand", "erran", "errand "})
  void aNodeOfAnotherClusterWithTheSameKeyIsNotBelieved(String other)
      throws GeneralSecurityException {
    refused(authority(KEY, "errand"), authority(KEY, other));
    refused(authority(KEY, other), authority(KEY, "errand"));
  }

  @Test
  void eachNodeHasAKeyOfItsOwn() throws GeneralSecurityException {
    ClusterAuthority authority = ClusterAuthority.of(KEY, "errand");
    X509Certificate first = certificate(authority.issue("node").certificate());
    X509Certificate second = certificate(authority.issue("node").certificate());
    assertThat(first.getPublicKey())
        .isNotEqualTo(second.getPublicKey())
        .isNotEqualTo(certificate(authority.certificate()).getPublicKey());
    assertThat(first.getSerialNumber()).isNotEqualTo(second.getSerialNumber()).isPositive();
  }

  @Test
  void thePrivateKeyIsThatOfTheCertificate() throws GeneralSecurityException {
    KeyedCertificate node = issue(KEY, "errand");
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key(node.key()));
    signature.update((byte) 7);
    byte[] signed = signature.sign();
    signature.initVerify(certificate(node.certificate()));
    signature.update((byte) 7);
    assertThat(signature.verify(signed)).isTrue();
  }

  @Test
  void aNodeMayServeAndAsk() throws GeneralSecurityException {
    X509Certificate node = certificate(issue(KEY, "errand").certificate());
    boolean[] usage = node.getKeyUsage();
    assertThat(usage).hasSize(9);
    assertThat(usage[0]).as("digitalSignature").isTrue();
    usage[0] = false;
    assertThat(usage).containsOnly(false);
    assertThat(node.getExtendedKeyUsage())
        .as("serverAuth and clientAuth")
        .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(node.getBasicConstraints()).as("is no authority").isEqualTo(-1);
    assertThat(node.getCriticalExtensionOIDs()).contains("2.5.29.15", "2.5.29.19");
  }

  @Test
  void theAuthorityMaySignNodesAndNothingElse() throws GeneralSecurityException {
    X509Certificate authority = certificate(authority(KEY, "errand").certificate());
    boolean[] usage = authority.getKeyUsage();
    assertThat(usage[5]).as("keyCertSign").isTrue();
    usage[5] = false;
    assertThat(usage).containsOnly(false);
    assertThat(authority.getBasicConstraints()).as("path length").isZero();
    assertThat(authority.getCriticalExtensionOIDs()).contains("2.5.29.15", "2.5.29.19");
  }

  @Test
  void aNodeCanNotIssueForOthers() throws Exception {
    KeyedCertificate issuer = issue(KEY, "errand");
    KeyedCertificate guest = issue(AuthKey.random(), "guests");
    X509Certificate forged =
        certificate(
            "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder()
                    .encodeToString(
                        new X509v3CertificateBuilder(
                                new X500Name("CN=errand node"),
                                BigInteger.TEN,
                                Date.from(Instant.now().minus(Duration.ofDays(1))),
                                Date.from(Instant.now().plus(Duration.ofDays(1))),
                                new X500Name("CN=guest"),
                                SubjectPublicKeyInfo.getInstance(
                                    certificate(guest.certificate()).getPublicKey().getEncoded()))
                            .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                    .build(key(issuer.key())))
                            .getEncoded())
                + "\n-----END CERTIFICATE-----\n");
    X509Certificate between = certificate(issuer.certificate());
    assertThatCode(() -> forged.verify(between.getPublicKey())).doesNotThrowAnyException();
    assertThatThrownBy(() -> verify(authority(KEY, "errand").certificate(), forged, between))
        .isInstanceOf(CertPathValidatorException.class);
  }

  @ParameterizedTest
  @CsvSource({"errand, errand", "büro 1, b%C3%BCro+1", "a/b?c, a%2Fb%3Fc"})
  void aNodeIsNamedAfterItsClusterAndItself(String cluster, String part)
      throws GeneralSecurityException {
    X509Certificate node =
        certificate(ClusterAuthority.of(KEY, cluster).issue("n-1").certificate());
    String name = "errand://" + part + "/n-1";
    assertThat(node.getSubjectAlternativeNames()).hasSize(1);
    assertThat(List.copyOf(node.getSubjectAlternativeNames()).get(0))
        .as("one URI")
        .isEqualTo(List.of(6, name));
    assertThat(URLDecoder.decode(URI.create(name).getRawAuthority(), StandardCharsets.UTF_8))
        .isEqualTo(cluster);
  }

  @Test
  void aCertificateOutlivesWrongClocks() throws GeneralSecurityException {
    X509Certificate node = certificate(issue(KEY, "errand").certificate());
    Instant now = Instant.now();
    node.checkValidity(Date.from(now.minus(Duration.ofDays(6))));
    node.checkValidity(Date.from(now.plus(Duration.ofDays(3_649))));
    assertThatThrownBy(() -> node.checkValidity(Date.from(now.minus(Duration.ofDays(8)))))
        .isInstanceOf(CertificateNotYetValidException.class);
    assertThatThrownBy(() -> node.checkValidity(Date.from(now.plus(Duration.ofDays(3_651)))))
        .isInstanceOf(CertificateExpiredException.class);
  }

  @Test
  void aNodesCertificateDoesNotShowItsKey() {
    assertThat(issue(KEY, "errand")).hasToString("KeyedCertificate(key not shown)");
  }
}
