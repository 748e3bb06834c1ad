package dev.errand.config.settings;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a member may be found.
 *
 * @param host a name or an address; IPv6 without brackets
 * @param port 1 to 65535
 */
public record PeerAddress(String host, int port) {

  private static final Pattern FORM = Pattern.compile("(?:\\[([^]]+)]|([^:\\[\\]]+)):(\\d{1,5})");

  /**
   * Reads {@code host:port} or {@code [IPv6]:port}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static PeerAddress parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (matcher.matches()) {
      int port = Integer.parseInt(matcher.group(3));
      if (port >= 1 && port <= 65_535) {
        return new PeerAddress(
            matcher.group(1) != null ? matcher.group(1) : matcher.group(2), port);
      }
    }
    throw new IllegalArgumentException("must be host:port, such as 127.0.0.1:5701");
  }

  /** Whether the host is an IPv4 address, not a name. */
  public boolean isOfNumbers() {
    return host.matches("[\\d.]+");
  }

  /** As {@link #parse} reads it. */
  public String text() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
