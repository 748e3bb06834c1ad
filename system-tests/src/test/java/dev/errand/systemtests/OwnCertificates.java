package dev.errand.systemtests;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** A PKI of one's own, in PEM files of a folder. */
final class OwnCertificates {

  private static final X500Name AUTHORITY = new X500Name("CN=own authority");

  private final Path folder;
  private final KeyPair authority = pair();

  OwnCertificates(Path folder) throws Exception {
    this.folder = folder;
    X509CertificateHolder certificate =
        builder(AUTHORITY, authority)
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate()));
    write("ca.pem", certificate);
  }

  private static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static X509v3CertificateBuilder builder(X500Name subject, KeyPair pair) {
    Instant now = Instant.now();
    return new X509v3CertificateBuilder(
        AUTHORITY,
        BigInteger.valueOf(System.nanoTime()),
        Date.from(now.minus(Duration.ofDays(1))),
        Date.from(now.plus(Duration.ofDays(1))),
        subject,
        SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
  }

  /** Certifies a fresh key under that DNS name, as {@code NAME.pem} and {@code NAME.key}. */
  void certify(String name) throws Exception {
    KeyPair pair = pair();
    GeneralNames names = new GeneralNames(new GeneralName(GeneralName.dNSName, name));
    write(
        name + ".pem",
        builder(new X500Name("CN=" + name), pair)
            .addExtension(Extension.subjectAlternativeName, false, names)
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate())));
    write(name + ".key", new PemObject("PRIVATE KEY", pair.getPrivate().getEncoded()));
  }

  private void write(String file, Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    Files.writeString(folder.resolve(file), text.toString());
  }

  Path ca() {
    return folder.resolve("ca.pem");
  }

  Path certificate(String name) {
    return folder.resolve(name + ".pem");
  }

  Path key(String name) {
    return folder.resolve(name + ".key");
  }
}
