package dev.errand.config.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where a dispatcher serves HTTP: the keys {@code http.*}.
 *
 * @param host the address to bind
 * @param port 0: any free one, logged
 */
public record HttpSettings(String host, int port) {

  static HttpSettings read(SettingsReader in) {
    return new HttpSettings(
        in.read("http.host", "127.0.0.1", HttpSettings::host),
        in.integer("http.port", 8080, 0, 65_535));
  }

  /** There are no tokens yet: everyone who reaches the port is trusted. */
  private static String host(Object value) {
    try {
      if (value instanceof String text
          && !text.isBlank()
          && InetAddress.getByName(text).isLoopbackAddress()) {
        return text;
      }
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("is no address that this machine knows", e);
    }
    throw new IllegalArgumentException(
        "must be a loopback address such as 127.0.0.1: HTTP has no tokens yet");
  }
}
