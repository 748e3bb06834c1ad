package dev.errand.config.settings;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One token that callers over HTTP may show. It is not kept itself, only what comes from it one
 * way.
 */
public final class HttpToken {

  private static final Pattern FORM = Pattern.compile("[!-~]{16,512}");
  private static final String MAC = "HmacSHA256";
  private static final int ID_BYTES = 8;

  private final Role role;
  private final byte[] digest;
  private final String id;
  private final byte[] sessionKey;

  private HttpToken(String text, Role role) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    this.role = role;
    this.digest = sha256(bytes);
    this.id = HexFormat.of().formatHex(derive(bytes, "session id"), 0, ID_BYTES);
    this.sessionKey = derive(bytes, "session key");
  }

  /**
   * A token with what it allows.
   *
   * @throws IllegalArgumentException for a person, without the text, if it is no good as a secret
   */
  static HttpToken of(String text, Role role) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "has a token that is not 16 to 512 letters, digits or signs of ASCII without a space:"
              + " openssl rand -hex 32 makes a good one");
    }
    return new HttpToken(text, role);
  }

  static byte[] sha256(byte[] text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("each JVM has SHA-256", e);
    }
  }

  /** By HMAC (RFC 2104): what is derived tells nothing of the token, nor of the others. */
  private static byte[] derive(byte[] token, String label) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(token, MAC));
      return mac.doFinal(("errand/v1 http " + label).getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("each JVM has " + MAC, e);
    }
  }

  /** Whether it is the one with that SHA-256; takes the same time for each. */
  boolean is(byte[] other) {
    return MessageDigest.isEqual(digest, other);
  }

  /** What it allows. */
  public Role role() {
    return role;
  }

  /** What sessions name it by: no secret, and the same at each start. */
  public String id() {
    return id;
  }

  /** What sessions of its are signed with: a secret, and the same at each start. */
  public byte[] sessionKey() {
    return sessionKey.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HttpToken token && role == token.role && is(token.digest);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(digest);
  }

  @Override
  public String toString() {
    return "HttpToken(" + role.text() + ", not shown)";
  }
}
