package dev.errand.config.security;

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
    String ca = PemFile.certificates("ca", paths.ca());
    KeyedCertificate own = KeyedCertificate.read(paths.cert(), paths.key());
    NodeIdentity identity = new NodeIdentity(own.certificate(), own.key(), List.of(ca), allow);
    checkAdmitsItself(identity, own.certificate());
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

  @Override
  public NodeIdentity identity(String cluster, String nodeId) {
    return identity;
  }
}
