package dev.errand.config.security;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** An identity as Java's TLS takes it. */
public final class NodeTls {

  /** The only version that is spoken between nodes. */
  public static final String PROTOCOL = "TLSv1.3";

  private static final char[] NO_PASSWORD = {};

  private final KeyManager[] keys;
  private final PeerTrust trust;
  private final SSLContext context;
  private final Instant certificateEnd;

  /** Both planes of a node use the same. */
  public NodeTls(NodeIdentity identity) {
    try {
      keys = shows(identity).getKeyManagers();
      trust = new PeerTrust(believes(identity), identity.admitted());
      context = SSLContext.getInstance(PROTOCOL);
      context.init(keys, new TrustManager[] {trust}, null);
      certificateEnd = Pem.certificates(identity.certificate()).get(0).getNotAfter().toInstant();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this JVM can't use the node's certificate", e);
    }
  }

  private static KeyManagerFactory shows(NodeIdentity identity)
      throws GeneralSecurityException, IOException {
    KeyStore keys = emptyStore();
    Certificate[] chain = Pem.certificates(identity.certificate()).toArray(Certificate[]::new);
    keys.setKeyEntry("node", Pem.privateKey(identity.key()), NO_PASSWORD, chain);
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, NO_PASSWORD);
    return factory;
  }

  private static X509ExtendedTrustManager believes(NodeIdentity identity)
      throws GeneralSecurityException, IOException {
    KeyStore authorities = emptyStore();
    for (String pem : identity.authorities()) {
      for (X509Certificate authority : Pem.certificates(pem)) {
        authorities.setCertificateEntry("authority-" + authorities.size(), authority);
      }
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(authorities);
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  /** Shows the node's certificate, and asks {@link #trust}. */
  public SSLContext context() {
    return context;
  }

  /** Show the node's certificate. */
  public KeyManager[] keyManagers() {
    return keys.clone();
  }

  /** When the node's certificate ends. */
  public Instant certificateEnd() {
    return certificateEnd;
  }

  /** Decides who is admitted. */
  public PeerTrust trust() {
    return trust;
  }
}
