package dev.errand.config.security;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes certificates of the cluster's authorities, and of those only the ones with an admitted
 * name, if names are given. Host names are not looked at: what is certified is membership.
 * Thread-safe.
 */
public final class PeerTrust extends X509ExtendedTrustManager {

  /** Of the kinds of names that are text (RFC 5280): e-mail, DNS, URI, IP address. */
  private static final Set<Integer> KINDS = Set.of(1, 2, 6, 7);

  private final X509ExtendedTrustManager authorities;
  private final Set<String> admitted;

  PeerTrust(X509ExtendedTrustManager authorities, Collection<String> admitted) {
    this.authorities = authorities;
    this.admitted = Set.copyOf(admitted);
  }

  /** Names are of another certificate than those that may be members. */
  static final class NotAdmittedException extends CertificateException {
    private static final long serialVersionUID = 1;

    NotAdmittedException() {
      super("no name of the certificate is in cluster.tls.allow");
    }
  }

  private void checkNames(X509Certificate[] chain) throws CertificateException {
    if (!admitted.isEmpty() && names(chain[0]).stream().noneMatch(admitted::contains)) {
      throw new NotAdmittedException();
    }
  }

  /** The others, such as numbers of objects, are texts in Java too, and could look like these. */
  private static List<String> names(X509Certificate certificate)
      throws CertificateParsingException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    return names == null
        ? List.of()
        : names.stream()
            .filter(name -> KINDS.contains(name.get(0)))
            .map(name -> name.get(1))
            .filter(String.class::isInstance)
            .map(String.class::cast)
            .toList();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    authorities.checkClientTrusted(chain, type);
    checkNames(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    authorities.checkClientTrusted(chain, type, socket);
    checkNames(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    authorities.checkClientTrusted(chain, type, engine);
    checkNames(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    authorities.checkServerTrusted(chain, type);
    checkNames(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    authorities.checkServerTrusted(chain, type, socket);
    checkNames(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    authorities.checkServerTrusted(chain, type, engine);
    checkNames(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.getAcceptedIssuers();
  }
}
