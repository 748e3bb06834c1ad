package dev.errand.config.security;

import java.io.IOException;
import java.security.cert.CertificateException;

/** PEM files that settings name. */
final class PemFile {

  private PemFile() {}

  /**
   * The file's text.
   *
   * @param setting the last part of the setting's key
   * @param file null where none was named
   * @throws IllegalArgumentException for a person; begins with the setting
   */
  static String text(String setting, String file) {
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

  /** The same for a text that has certificates. */
  static String certificates(String setting, String file) {
    String pem = text(setting, file);
    try {
      if (!Pem.certificates(pem).isEmpty()) {
        return pem;
      }
    } catch (CertificateException e) {
      throw new IllegalArgumentException(setting + " has no PEM certificate that can be read", e);
    }
    throw new IllegalArgumentException(setting + " has no PEM certificate");
  }
}
