package dev.errand.config.security;

import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a handshake came to nothing, in words of our own: what strangers send must not get into the
 * log.
 */
public enum TlsFailure {
  NO_TLS("it does not speak TLS"),
  NO_TLS_13("it does not speak TLS 1.3"),
  NO_CERTIFICATE("it showed no certificate"),
  FOREIGN_CERTIFICATE(
      "its certificate is not of this cluster (another auth key, cluster.name or authority)"),
  NOT_ADMITTED("no name of its certificate is in cluster.tls.allow"),
  WE_ARE_REFUSED(
      "it does not accept this node's certificate (another auth key, cluster.name or authority)"),
  TOO_SLOW("it did not finish its handshake within 5 s"),
  TOO_MANY("too many connections began at once; it may try again"),
  EXPIRED("its certificate is not valid now: compare its dates, and both clocks"),
  LEFT("it left before its handshake was over"),
  OTHER("its handshake failed");

  private static final Pattern ALERT =
      Pattern.compile(
          "(?i)fatal alert: (bad_certificate|unsupported_certificate|certificate_|unknown_ca|access_denied)");

  private final String text;

  TlsFailure(String text) {
    this.text = text;
  }

  /** For the log; follows the peer's name. */
  public String text() {
    return text;
  }

  /** Whether one of both sides knows the other's certificate, and refuses it. */
  public boolean isRefusal() {
    return this == FOREIGN_CERTIFICATE || this == NOT_ADMITTED || this == WE_ARE_REFUSED;
  }

  /** The reason of what TLS has thrown. */
  public static TlsFailure of(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof PeerTrust.NotAdmittedException) {
        return NOT_ADMITTED;
      }
      if (cause instanceof CertificateExpiredException
          || cause instanceof CertificateNotYetValidException) {
        return EXPIRED;
      }
    }
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathValidatorException
          || cause instanceof CertPathBuilderException
          || cause instanceof CertificateException) {
        return FOREIGN_CERTIFICATE;
      }
      if (cause instanceof ClosedChannelException) {
        return LEFT;
      }
    }
    return byMessage(String.valueOf(thrown.getMessage()));
  }

  /** Java's TLS says the rest in its messages only. */
  private static TlsFailure byMessage(String message) {
    Matcher alert = ALERT.matcher(message);
    if (alert.find()) {
      return WE_ARE_REFUSED;
    }
    if (message.contains("Empty client certificate chain")
        || message.contains("certificate_required")) {
      return NO_CERTIFICATE;
    }
    if (message.contains("supported protocol versions")
        || message.contains("requested protocol")
        || message.contains("protocol_version")) {
      return NO_TLS_13;
    }
    if (message.contains("not an SSL/TLS record") || message.contains("SSL message")) {
      return NO_TLS;
    }
    if (message.contains("timed out")) {
      return TOO_SLOW;
    }
    if (message.contains("closed")
        || message.contains("close_notify")
        || message.contains("reset by peer")) {
      return LEFT;
    }
    return OTHER;
  }
}
