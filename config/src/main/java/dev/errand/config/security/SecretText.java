package dev.errand.config.security;

import java.util.regex.Pattern;

/**
 * Takes keys out of texts that people read: whoever puts a key where a file's name or an address
 * belongs gets a message about it, and that must not show it.
 */
public final class SecretText {

  private static final Pattern AUTH_KEY =
      Pattern.compile(Pattern.quote(AuthKey.PREFIX) + "[A-Za-z0-9_-]+");

  /** To the end of the text: what is behind the beginning of a key in PEM may be cut off. */
  private static final Pattern PEM = Pattern.compile("-----BEGIN(?s:.*)");

  private SecretText() {}

  /** The text with each key replaced. */
  public static String hide(String text) {
    String open = AUTH_KEY.matcher(text).replaceAll("(a key, not shown)");
    return PEM.matcher(open).replaceAll("(PEM, not shown)");
  }
}
