package dev.errand.config;

import dev.errand.config.security.NodeIdentity;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** An authority of somebody's own PKI: what it issues is read from PEM files. */
public final class OwnAuthority {

  private static final Duration DAY = Duration.ofDays(1);

  private final X500Name name;
  private final KeyPair keys = ec();
  private final X509CertificateHolder certificate;

  /** Behind the certificates it issues; empty if it is the root. */
  private final String chain;

  /** A root. */
  public OwnAuthority(String name) {
    this.name = new X500Name("CN=" + name);
    this.certificate = sign(this, authority(this, Instant.now().plus(DAY)));
    this.chain = "";
  }

  private OwnAuthority(String name, OwnAuthority above) {
    this.name = new X500Name("CN=" + name);
    this.certificate = sign(above, above.authority(this, Instant.now().plus(DAY)));
    this.chain = pem(certificate) + above.chain;
  }

  /** One that is certified by this one. */
  public OwnAuthority below(String itsName) {
    return new OwnAuthority(itsName, this);
  }

  /** In PEM. */
  public String certificate() {
    return pem(certificate);
  }

  /** A node with those names, which believes this authority and admits all. */
  public NodeIdentity issue(GeneralName... names) {
    return issue(ec(), names);
  }

  /** The same for keys that are known. */
  public NodeIdentity issue(KeyPair itsKeys, GeneralName... names) {
    return issue(itsKeys, Instant.now().plus(DAY), names);
  }

  /** The same with the end of its time. */
  public NodeIdentity issue(KeyPair itsKeys, Instant end, GeneralName... names) {
    X509v3CertificateBuilder node = begin(new X500Name("CN=node"), itsKeys.getPublic(), end);
    if (names.length > 0) {
      add(node, Extension.subjectAlternativeName, new GeneralNames(names));
    }
    return new NodeIdentity(
        pem(sign(this, node)) + chain,
        pem(new PemObject("PRIVATE KEY", itsKeys.getPrivate().getEncoded())),
        List.of(certificate()),
        List.of());
  }

  private X509v3CertificateBuilder authority(OwnAuthority subject, Instant end) {
    X509v3CertificateBuilder builder = begin(subject.name, subject.keys.getPublic(), end);
    add(builder, Extension.basicConstraints, new BasicConstraints(true));
    return builder;
  }

  private X509v3CertificateBuilder begin(X500Name subject, PublicKey key, Instant end) {
    return new X509v3CertificateBuilder(
        name,
        new BigInteger(64, new SecureRandom()),
        Date.from(end.minus(DAY.multipliedBy(2))),
        Date.from(end),
        subject,
        SubjectPublicKeyInfo.getInstance(key.getEncoded()));
  }

  private static void add(
      X509v3CertificateBuilder builder, ASN1ObjectIdentifier kind, ASN1Encodable value) {
    try {
      builder.addExtension(kind, false, value);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509CertificateHolder sign(OwnAuthority by, X509v3CertificateBuilder builder) {
    try {
      return builder.build(
          new JcaContentSignerBuilder("SHA256withECDSA").build(by.keys.getPrivate()));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fresh keys on P-256. */
  public static KeyPair ec() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fresh RSA keys. */
  public static KeyPair rsa() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2_048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Keys come out in OpenSSL's older form. */
  public static String pem(Object object) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }
}
