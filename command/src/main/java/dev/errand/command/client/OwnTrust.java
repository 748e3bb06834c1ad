package dev.errand.command.client;

import dev.errand.config.launch.ExitCode;
import dev.errand.config.launch.NodeFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS that believes the certificates of a PEM file, and no others. */
final class OwnTrust {

  private OwnTrust() {}

  /**
   * Reads them.
   *
   * @throws NodeFailure if there are none
   */
  static SSLContext in(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return of(CertificateFactory.getInstance("X.509").generateCertificates(in));
    } catch (IOException | GeneralSecurityException e) {
      throw new NodeFailure(
          ExitCode.USAGE, "ERRAND_CA '" + file + "' can't be read as a PEM file: " + e);
    }
  }

  private static SSLContext of(Collection<? extends Certificate> authorities)
      throws IOException, GeneralSecurityException {
    if (authorities.isEmpty()) {
      throw new GeneralSecurityException("it has no certificate");
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (Certificate authority : authorities) {
      store.setCertificateEntry(Integer.toString(store.size()), authority);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
