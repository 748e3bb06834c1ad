package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import java.util.Locale;

/**
 * Who asks. Tokens have no names: that is all there is to tell people apart by.
 *
 * @param role what the caller may do
 * @param by how that is known
 * @param address where the connection comes from
 * @param session by which the caller is known; else null
 */
record Caller(Role role, By by, String address, Sessions.Session session) {

  /** How a caller is known. */
  enum By {
    /** There are no tokens: everyone on this machine may do all. */
    LOCAL,
    /** By a token in the request. */
    TOKEN,
    /** By a cookie that the caller got for a token. */
    SESSION
  }

  /** For people. */
  String text() {
    return role.text() + " at " + address + " (" + by.name().toLowerCase(Locale.ROOT) + ")";
  }
}
