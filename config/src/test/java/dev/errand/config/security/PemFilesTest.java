package dev.errand.config.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.config.OwnAuthority;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemFilesTest {

  private static final OwnAuthority AUTHORITY = new OwnAuthority("ours");
  private static final GeneralName NAME = new GeneralName(GeneralName.dNSName, "node");
  private static final List<String> ALLOW = List.of("node");
  private static final KeyPair EC = OwnAuthority.ec();
  private static final KeyPair RSA = OwnAuthority.rsa();

  @TempDir Path folder;

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private PemFiles.Paths files(String ca, String cert, String key) throws IOException {
    return new PemFiles.Paths(file("ca.pem", ca), file("cert.pem", cert), file("key.pem", key));
  }

  private PemFiles read(String ca, String cert, String key) throws IOException {
    return PemFiles.read(files(ca, cert, key), ALLOW);
  }

  private static void refused(PemFiles.Paths paths, List<String> allow, String message) {
    assertThatThrownBy(() -> PemFiles.read(paths, allow))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  private void refused(String ca, String cert, String key, String message) throws IOException {
    refused(files(ca, cert, key), ALLOW, message);
  }

  private static void meet(NodeIdentity one, NodeIdentity other) throws Exception {
    TlsEnd client = TlsEnd.client(one);
    TlsEnd server = TlsEnd.server(other);
    TlsEnd.talk(client, server);
    assertThat(client.failure()).isNull();
    assertThat(server.failure()).isNull();
    assertThat(List.of(client, server)).allMatch(TlsEnd::isSatisfied);
  }

  /** As OpenSSL writes it; {@code openssl ec -no_public} leaves out the public key. */
  private static String openssl(KeyPair keys, boolean withPublicKey) throws IOException {
    DERBitString publicKey =
        new DERBitString(
            SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded())
                .getPublicKeyData()
                .getBytes());
    ASN1ObjectIdentifier curve = SECObjectIdentifiers.secp256r1;
    BigInteger scalar = ((ECPrivateKey) keys.getPrivate()).getS();
    byte[] encoded =
        new org.bouncycastle.asn1.sec.ECPrivateKey(
                256, scalar, withPublicKey ? publicKey : null, curve)
            .getEncoded();
    return OwnAuthority.pem(new PemObject("EC PARAMETERS", curve.getEncoded()))
        + OwnAuthority.pem(new PemObject("EC PRIVATE KEY", encoded));
  }

  private static String pkcs8(KeyPair keys) {
    return OwnAuthority.pem(new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded()));
  }

  static Stream<Arguments> forms() throws IOException {
    return Stream.of(
        Arguments.of(EC, "-----BEGIN PRIVATE KEY", pkcs8(EC)),
        Arguments.of(EC, "-----BEGIN EC PARAMETERS", openssl(EC, true)),
        Arguments.of(EC, "-----BEGIN EC PARAMETERS", openssl(EC, false)),
        Arguments.of(RSA, "-----BEGIN PRIVATE KEY", pkcs8(RSA)),
        Arguments.of(RSA, "-----BEGIN RSA PRIVATE KEY", OwnAuthority.pem(RSA.getPrivate())));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void aKeyIsReadInEachOfItsForms(KeyPair keys, String begin, String pem) throws Exception {
    assertThat(pem).startsWith(begin);
    NodeIdentity issued = AUTHORITY.issue(keys, NAME);
    NodeIdentity read =
        read(AUTHORITY.certificate(), issued.certificate(), pem).identity("errand", "node-1");
    assertThat(read.key()).startsWith("-----BEGIN PRIVATE KEY-----");
    NodeIdentity other = AUTHORITY.issue(NAME);
    meet(read, other);
    meet(other, read);
  }

  @Test
  void theAuthorityAndTheNamesAreThoseOfTheFiles() throws Exception {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    NodeIdentity read =
        read(AUTHORITY.certificate(), issued.certificate(), issued.key()).identity("errand", "1");
    assertThat(read.authorities()).containsExactly(AUTHORITY.certificate());
    assertThat(read.admitted()).isEqualTo(ALLOW);
    TlsEnd server = TlsEnd.server(read);
    TlsEnd.talk(TlsEnd.client(AUTHORITY.issue()), server);
    assertThat(TlsFailure.of(server.failure())).isEqualTo(TlsFailure.NOT_ADMITTED);
  }

  @Test
  void certificatesBetweenANodeAndItsAuthorityAreShown() throws Exception {
    NodeIdentity issued = AUTHORITY.below("between").issue(EC, NAME);
    PemFiles files = read(AUTHORITY.certificate(), issued.certificate(), issued.key());
    meet(files.identity("errand", "1"), AUTHORITY.issue(NAME));
    meet(AUTHORITY.issue(NAME), files.identity("errand", "1"));
  }

  @Test
  void aFileMayHaveSeveralAuthorities() throws Exception {
    OwnAuthority next = new OwnAuthority("next");
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    String both = AUTHORITY.certificate() + next.certificate();
    NodeIdentity read = read(both, issued.certificate(), issued.key()).identity("errand", "1");
    NodeIdentity other = next.issue(NAME);
    meet(read, new NodeIdentity(other.certificate(), other.key(), List.of(both), other.admitted()));
  }

  @Test
  void wordsAroundTheBlocksAreNoMatter() throws Exception {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    String words = "Certificate:\n    Issuer: CN = ours\n";
    read(
        words + AUTHORITY.certificate() + "\n",
        words + issued.certificate() + "\r\n",
        "Bag Attributes\n    friendlyName: node\n" + issued.key());
  }

  @Test
  void aFileThatIsNotNamedIsAskedFor() throws IOException {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    PemFiles.Paths all = files(AUTHORITY.certificate(), issued.certificate(), issued.key());
    refused(
        new PemFiles.Paths(null, all.cert(), all.key()), ALLOW, "ca is missing: name a PEM file");
    refused(
        new PemFiles.Paths(all.ca(), null, all.key()), ALLOW, "cert is missing: name a PEM file");
    refused(
        new PemFiles.Paths(all.ca(), all.cert(), null), ALLOW, "key is missing: name a PEM file");
  }

  @Test
  void withoutNamesNobodyIsAdmitted() throws IOException {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    refused(
        files(AUTHORITY.certificate(), issued.certificate(), issued.key()),
        List.of(),
        "allow is missing: list the names (SAN)");
  }

  @Test
  void aFileThatIsNotThereIsNamed() throws IOException {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    PemFiles.Paths all = files(AUTHORITY.certificate(), issued.certificate(), issued.key());
    String none = folder.resolve("none.pem").toString();
    String problem = " '" + none + "' can't be read (NoSuchFileException)";
    refused(new PemFiles.Paths(none, all.cert(), all.key()), ALLOW, "ca" + problem);
    refused(new PemFiles.Paths(all.ca(), none, all.key()), ALLOW, "cert" + problem);
    refused(new PemFiles.Paths(all.ca(), all.cert(), none), ALLOW, "key" + problem);
    refused(
        new PemFiles.Paths(folder.toString(), all.cert(), all.key()),
        ALLOW,
        "ca '" + folder + "' can't be read (");
    refused(
        new PemFiles.Paths("no\0path", all.cert(), all.key()),
        ALLOW,
        "ca 'no\0path' can't be read (");
  }

  @Test
  void aKeyOfAnotherCertificateIsNoticed() throws IOException {
    String cert = AUTHORITY.issue(EC, NAME).certificate();
    for (KeyPair other : List.of(OwnAuthority.ec(), RSA)) {
      refused(
          AUTHORITY.certificate(),
          cert,
          pkcs8(other),
          "key is not that of the certificate in cert");
    }
  }

  @Test
  void theNodesOwnCertificateComesFirst() throws IOException {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    refused(
        AUTHORITY.certificate(),
        AUTHORITY.certificate() + issued.certificate(),
        issued.key(),
        "key is not that of the certificate in cert");
  }

  private static String encrypted(PrivateKey key) throws GeneralSecurityException, IOException {
    SecretKey passPhrase =
        SecretKeyFactory.getInstance("PBEWithHmacSHA256AndAES_128")
            .generateSecret(new PBEKeySpec("pass phrase".toCharArray()));
    Cipher cipher = Cipher.getInstance(passPhrase.getAlgorithm());
    cipher.init(Cipher.ENCRYPT_MODE, passPhrase);
    AlgorithmIdentifier algorithm =
        new AlgorithmIdentifier(
            PKCSObjectIdentifiers.id_PBES2,
            ASN1Primitive.fromByteArray(cipher.getParameters().getEncoded()));
    return OwnAuthority.pem(
        new PemObject(
            "ENCRYPTED PRIVATE KEY",
            new EncryptedPrivateKeyInfo(algorithm, cipher.doFinal(key.getEncoded())).getEncoded()));
  }

  /** The older form says it in lines above the key. */
  private static String encryptedAsOpensslOnceDid(PrivateKey key) {
    String type = "EC PRIVATE KEY-----\n";
    return OwnAuthority.pem(key)
        .replace(
            "-----BEGIN " + type,
            "-----BEGIN "
                + type
                + "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
                + "00112233445566778899AABBCCDDEEFF\n\n");
  }

  @Test
  void aKeyWithAPassPhraseIsRefused() throws Exception {
    String cert = AUTHORITY.issue(EC, NAME).certificate();
    for (String key :
        List.of(encrypted(EC.getPrivate()), encryptedAsOpensslOnceDid(EC.getPrivate()))) {
      refused(
          AUTHORITY.certificate(), cert, key, "key has no private key, or one with a pass phrase");
    }
  }

  @Test
  void aFileWithoutWhatItIsForIsRefused() throws IOException {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    String ca = AUTHORITY.certificate();
    refused("", issued.certificate(), issued.key(), "ca has no PEM certificate");
    refused(issued.key(), issued.certificate(), issued.key(), "ca has no PEM certificate");
    refused(ca, "nothing\n", issued.key(), "cert has no PEM certificate");
    refused(ca, issued.certificate(), "", "key has no private key");
    refused(ca, issued.certificate(), issued.certificate(), "key has no private key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"})
  void aBrokenKeyIsRefusedAndNotShown(String type) throws IOException {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    String begin = "-----BEGIN " + type + "-----\n";
    String end = "-----END " + type + "-----\n";
    for (String broken :
        List.of(
            begin + "c2VjcmV0IGlzIHRoaXM=\n" + end,
            begin + "sécret is this!\n" + end,
            begin + "c2VjcmV0IGlzIHRoaXM=\n",
            begin + "MIIBVQ==\n" + end)) {
      assertThatThrownBy(() -> read(AUTHORITY.certificate(), issued.certificate(), broken))
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .startsWith("key has ")
          .doesNotContain("null", "secret", "c2Vj", "\n");
    }
  }

  @Test
  void aBrokenCertificateIsRefused() throws IOException {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    String broken = issued.certificate().substring(0, issued.certificate().length() / 2);
    refused(broken, issued.certificate(), issued.key(), "ca has no PEM certificate");
    refused(AUTHORITY.certificate(), broken, issued.key(), "cert has no PEM certificate");
  }

  @Test
  void allNodesWithTheFilesAreAlike() throws IOException {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    PemFiles files = read(AUTHORITY.certificate(), issued.certificate(), issued.key());
    assertThat(files.identity("errand", "1")).isEqualTo(files.identity("other", "2"));
  }

  @Test
  void theKeyIsNotShown() throws IOException {
    NodeIdentity issued = AUTHORITY.issue(EC, NAME);
    PemFiles files = read(AUTHORITY.certificate(), issued.certificate(), issued.key());
    assertThat(files).hasToString("PemFiles[identity=NodeIdentity(key not shown)]");
  }
}
