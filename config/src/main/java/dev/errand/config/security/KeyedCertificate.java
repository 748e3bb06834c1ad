package dev.errand.config.security;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;

/**
 * What somebody shows to others, in PEM.
 *
 * @param certificate with those between it and its authority behind it
 * @param key its private key, PKCS 8; a secret
 */
public record KeyedCertificate(String certificate, String key) {

  /**
   * Reads and checks two PEM files. Blocks.
   *
   * @param certFile null where none was named
   * @param keyFile the private key, without a pass phrase; null where none was named
   * @throws IllegalArgumentException for a person; begins with {@code cert} or {@code key}
   */
  public static KeyedCertificate read(String certFile, String keyFile) {
    String certificate = PemFile.certificates("cert", certFile);
    PrivateKey key = key(PemFile.text("key", keyFile));
    if (!belongTogether(certificate, key)) {
      throw new IllegalArgumentException("key is not that of the certificate in cert");
    }
    return new KeyedCertificate(certificate, Pem.text("PRIVATE KEY", key.getEncoded()));
  }

  /** When the certificate ends. */
  public Instant end() {
    try {
      return Pem.certificates(certificate).get(0).getNotAfter().toInstant();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM can't read its own certificate", e);
    }
  }

  private static PrivateKey key(String pem) {
    try {
      return Pem.privateKey(pem);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("key has " + e.getMessage(), e);
    }
  }

  private static boolean belongTogether(String certificate, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC", "ECDSA" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    try {
      PublicKey publicKey = Pem.certificates(certificate).get(0).getPublicKey();
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      byte[] sign = signature.sign();
      signature.initVerify(publicKey);
      return signature.verify(sign);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Does not show the key. */
  @Override
  public String toString() {
    return "KeyedCertificate(key not shown)";
  }
}
