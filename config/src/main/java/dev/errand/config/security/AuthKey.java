package dev.errand.config.security;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.digests.SHA256Digest;

/**
 * The one secret of a cluster: 32 random bytes, as text with a checksum, so that a mistyped key is
 * told from a wrong one. Never logged; {@link #toString} does not show it.
 */
public final class AuthKey {

  /** How the text of each key starts. */
  public static final String PREFIX = "errand1-";

  private static final int SECRET_BYTES = 32;
  private static final int CHECK_BYTES = 4;

  private final byte[] secret;

  private AuthKey(byte[] secret) {
    this.secret = secret;
  }

  /** A new key that nobody else has. */
  public static AuthKey random() {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return new AuthKey(secret);
  }

  /**
   * Reads a key as {@link #text} gave it; white space around it is no matter.
   *
   * @throws IllegalArgumentException if it is anything else; the message doesn't show it
   */
  public static AuthKey parse(String text) {
    String key = text.strip();
    if (key.startsWith(PREFIX)) {
      try {
        byte[] all = Base64.getUrlDecoder().decode(key.substring(PREFIX.length()));
        if (all.length == SECRET_BYTES + CHECK_BYTES) {
          byte[] secret = Arrays.copyOf(all, SECRET_BYTES);
          byte[] check = Arrays.copyOfRange(all, SECRET_BYTES, all.length);
          if (Arrays.equals(check, check(secret)) && new AuthKey(secret).text().equals(key)) {
            return new AuthKey(secret);
          }
        }
      } catch (IllegalArgumentException e) {
        throw wrongForm();
      }
    }
    throw wrongForm();
  }

  private static IllegalArgumentException wrongForm() {
    return new IllegalArgumentException(
        "is not a key as ./errand authkey prints it ("
            + PREFIX
            + "…, with a checksum): make one with ./errand authkey and give the same to every"
            + " node");
  }

  /** The key as it is handed around. A secret. */
  public String text() {
    byte[] all = Arrays.copyOf(secret, SECRET_BYTES + CHECK_BYTES);
    System.arraycopy(check(secret), 0, all, SECRET_BYTES, CHECK_BYTES);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }

  private static byte[] check(byte[] secret) {
    SHA256Digest digest = new SHA256Digest();
    digest.update(secret, 0, secret.length);
    byte[] hash = new byte[digest.getDigestSize()];
    digest.doFinal(hash, 0);
    return Arrays.copyOf(hash, CHECK_BYTES);
  }

  byte[] secret() {
    return secret;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AuthKey that && Arrays.equals(secret, that.secret);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(secret);
  }

  @Override
  public String toString() {
    return "AuthKey(not shown)";
  }
}
