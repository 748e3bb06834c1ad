package dev.errand.config.security;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Certificates of one's own PKI, read once: a changed file is taken up by a restart. The authority
 * should be one for this cluster alone, as whoever it certifies under an admitted name is a full
 * member.
 *
 * @param identity the same for each node that has these files
 */
public record PemFiles(NodeIdentity identity) implements Credentials {

  /**
   * Where the PEM files lie; null where none was named.
   *
   * @param ca certificates of the authority
   * @param cert the node's own, with those between it and the authority behind it
   * @param key the node's private key, without a pass phrase
   */
  public record Paths(String ca, String cert, String key) {}

  /**
   * Reads and checks the files.
   *
   * @param allow names (SAN) of which a peer's certificate must have one; at least one
   * @throws IllegalArgumentException for a person; begins with the last part of the setting's key
   */
  public static PemFiles read(Paths paths, List<String> allow) {
    if (allow.isEmpty()) {
      throw new IllegalArgumentException(
          "allow is missing: list the names (SAN) of the certificates that may be members");
    }
    String ca = text("ca", paths.ca());
    certificates("ca", ca);
    String cert = text("cert", paths.cert());
    PublicKey own = certificates("cert", cert).get(0).getPublicKey();
    PrivateKey key = key(text("key", paths.key()));
    if (!belongTogether(own, key)) {
      throw new IllegalArgumentException("key is not that of the certificate in cert");
    }
    NodeIdentity identity =
        new NodeIdentity(cert, Pem.text("PRIVATE KEY", key.getEncoded()), List.of(ca), allow);
    checkAdmitsItself(identity, cert);
    return new PemFiles(identity);
  }

  /** What the node itself would refuse, all the others will: better known at the start. */
  private static void checkAdmitsItself(NodeIdentity identity, String cert) {
    try {
      X509Certificate[] chain = Pem.certificates(cert).toArray(X509Certificate[]::new);
      PeerTrust trust = new NodeTls(identity).trust();
      trust.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
      trust.checkServerTrusted(chain, "UNKNOWN");
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          "cert would not be admitted by this node itself, with ca and allow: " + e.getMessage(),
          e);
    }
  }

  private static String text(String setting, String file) {
    if (file == null) {
      throw new IllegalArgumentException(setting + " is missing: name a PEM file");
    }
    try {
      return SmallFile.read(file);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          setting + " '" + file + "' can't be read (" + e.getClass().getSimpleName() + ")", e);
    }
  }

  private static List<X509Certificate> certificates(String setting, String pem) {
    try {
      List<X509Certificate> found = Pem.certificates(pem);
      if (!found.isEmpty()) {
        return found;
      }
    } catch (CertificateException e) {
      throw new IllegalArgumentException(setting + " has no PEM certificate that can be read", e);
    }
    throw new IllegalArgumentException(setting + " has no PEM certificate");
  }

  private static PrivateKey key(String pem) {
    try {
      return Pem.privateKey(pem);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("key has " + e.getMessage(), e);
    }
  }

  private static boolean belongTogether(PublicKey publicKey, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC", "ECDSA" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      byte[] sign = signature.sign();
      signature.initVerify(publicKey);
      return signature.verify(sign);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @Override
  public NodeIdentity identity(String cluster, String nodeId) {
    return identity;
  }
}
