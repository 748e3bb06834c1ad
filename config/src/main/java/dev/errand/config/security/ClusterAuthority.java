package dev.errand.config.security;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The private certificate authority of a cluster: derived from its auth key and name, so that every
 * node has the same one, and issues itself a certificate of its own. HKDF by RFC 5869; the scalar
 * by FIPS 186-5, A.2.1 (extra random bits).
 */
public final class ClusterAuthority {

  private static final byte[] SALT = "errand/v1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LABEL = "ca/p256".getBytes(StandardCharsets.US_ASCII);
  private static final int SCALAR_BYTES = 48;
  private static final X9ECParameters P256 = SECNamedCurves.getByName("secp256r1");

  /** Part of what every node derives alike: never to be changed. */
  private static final Instant CA_START = Instant.parse("2020-01-01T00:00:00Z");

  private static final Instant CA_END = Instant.parse("2120-01-01T00:00:00Z");

  /** Holders of the key can issue at will: short lives add nothing and break on skewed clocks. */
  private static final Duration NODE_BEFORE = Duration.ofDays(7);

  private static final Duration NODE_AFTER = Duration.ofDays(3_650);

  private final String cluster;
  private final X500Name subject = new X500Name("CN=errand cluster authority");
  private final PrivateKey key;
  private final PublicKey publicKey;

  private ClusterAuthority(String cluster, PrivateKey key, PublicKey publicKey) {
    this.cluster = cluster;
    this.key = key;
    this.publicKey = publicKey;
  }

  /** The authority of that cluster. */
  public static ClusterAuthority of(AuthKey authKey, String cluster) {
    BigInteger scalar =
        new BigInteger(1, derive(authKey, cluster))
            .mod(P256.getN().subtract(BigInteger.ONE))
            .add(BigInteger.ONE);
    org.bouncycastle.math.ec.ECPoint point = P256.getG().multiply(scalar).normalize();
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp256r1"));
      ECParameterSpec curve = parameters.getParameterSpec(ECParameterSpec.class);
      KeyFactory keys = KeyFactory.getInstance("EC");
      ECPoint affine =
          new ECPoint(
              point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
      return new ClusterAuthority(
          cluster,
          keys.generatePrivate(new ECPrivateKeySpec(scalar, curve)),
          keys.generatePublic(new ECPublicKeySpec(affine, curve)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM can't handle keys on the curve P-256", e);
    }
  }

  private static byte[] derive(AuthKey authKey, String cluster) {
    byte[] name = cluster.getBytes(StandardCharsets.UTF_8);
    byte[] info =
        ByteBuffer.allocate(LABEL.length + 4 + name.length)
            .put(LABEL)
            .putInt(name.length)
            .put(name)
            .array();
    HKDFBytesGenerator hkdf = new HKDFBytesGenerator(new SHA256Digest());
    hkdf.init(new HKDFParameters(authKey.secret(), SALT, info));
    byte[] scalar = new byte[SCALAR_BYTES];
    hkdf.generateBytes(scalar, 0, scalar.length);
    return scalar;
  }

  /** Issues a certificate with a fresh key pair to a node of that id. */
  public KeyedCertificate issue(String node) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      return new KeyedCertificate(
          Pem.text("CERTIFICATE", nodeCertificate(node, pair).getEncoded()),
          Pem.text("PRIVATE KEY", pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException("can't issue a node certificate", e);
    }
  }

  /**
   * The authority's own certificate, in PEM. Its signature differs from node to node, its key and
   * name don't.
   */
  public String certificate() {
    try {
      return Pem.text("CERTIFICATE", authorityCertificate().getEncoded());
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException("can't make the authority's certificate", e);
    }
  }

  private X509CertificateHolder authorityCertificate()
      throws IOException, OperatorCreationException {
    return new X509v3CertificateBuilder(
            subject,
            BigInteger.ONE,
            Date.from(CA_START),
            Date.from(CA_END),
            subject,
            SubjectPublicKeyInfo.getInstance(publicKey.getEncoded()))
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key));
  }

  private X509CertificateHolder nodeCertificate(String node, KeyPair pair)
      throws IOException, OperatorCreationException {
    Instant now = Instant.now();
    GeneralName name =
        new GeneralName(
            GeneralName.uniformResourceIdentifier, "errand://" + uriPart(cluster) + "/" + node);
    return new X509v3CertificateBuilder(
            subject,
            new BigInteger(127, new SecureRandom()).add(BigInteger.TWO),
            Date.from(now.minus(NODE_BEFORE)),
            Date.from(now.plus(NODE_AFTER)),
            new X500Name("CN=errand node"),
            SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()))
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
        .addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}))
        .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(name))
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key));
  }

  private static String uriPart(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
