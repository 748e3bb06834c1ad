package dev.errand.config.settings;

import dev.errand.config.security.KeyedCertificate;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Where a dispatcher serves HTTP, and to whom: the keys {@code http.*}.
 *
 * @param host the address to bind
 * @param port 0: any free one, logged
 * @param tokens without any, everyone who reaches the port may do all
 * @param tls null: none
 * @param allowedHosts hosts that requests may be for beside loopback's names, in lower case,
 *     without port; empty: the bound one alone if that is loopback, else all
 * @param healthPort at which it says, without TLS, whether it is alive and ready, and nothing else;
 *     0: any free one, logged; empty: none
 */
public record HttpSettings(
    String host,
    int port,
    HttpTokens tokens,
    KeyedCertificate tls,
    List<String> allowedHosts,
    OptionalInt healthPort) {

  /** The key of {@link #healthPort}. */
  public static final String HEALTH_PORT = "http.healthPort";

  private static final String HOST_FORM =
      "must be an address or name of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them";
  private static final Pattern NAME = Pattern.compile("[a-z0-9_.-]{1,253}|[0-9a-f:.]{2,45}");

  /** Open to everyone, without TLS. */
  public HttpSettings(String host, int port) {
    this(host, port, HttpTokens.NONE, null, List.of());
  }

  /** Without a port for its health alone. */
  public HttpSettings(
      String host, int port, HttpTokens tokens, KeyedCertificate tls, List<String> allowedHosts) {
    this(host, port, tokens, tls, allowedHosts, OptionalInt.empty());
  }

  static HttpSettings read(SettingsReader in) {
    String host = in.read("http.host", "127.0.0.1", HttpSettings::host);
    int port = in.port("http.port", 8080);
    HttpTokens tokens = HttpTokensSource.read(in);
    String cert = in.text("http.tls.cert", null);
    String key = in.text("http.tls.key", null);
    boolean encrypted = cert != null || key != null;
    boolean plaintext = in.flag("http.plaintext", false);
    checkReach(in, host, tokens, encrypted || plaintext);
    return new HttpSettings(
        host,
        port,
        tokens,
        encrypted ? certificate(in, cert, key) : null,
        in.texts("http.allowedHosts", List.of()).stream()
            .map(text -> name(in, text))
            .filter(Objects::nonNull)
            .toList(),
        in.port(HEALTH_PORT));
  }

  private static String host(Object value) {
    try {
      if (value instanceof String text && !text.isBlank()) {
        InetAddress address = InetAddress.getByName(text);
        if (address.isLoopbackAddress()
            || address.isAnyLocalAddress()
            || NetworkInterface.getByInetAddress(address) != null) {
          return text;
        }
      }
    } catch (UnknownHostException | SocketException e) {
      throw new IllegalArgumentException(HOST_FORM, e);
    }
    throw new IllegalArgumentException(HOST_FORM);
  }

  /**
   * Whoever is on this machine is trusted unless told otherwise, all others never.
   *
   * @param tokens null: something is wrong with them, which has been told
   * @param carried whether it is known how tokens get there unseen
   */
  private static void checkReach(
      SettingsReader in, String host, HttpTokens tokens, boolean carried) {
    if (tokens == null || isLoopback(host)) {
      return;
    }
    if (tokens.isEmpty()) {
      in.problem(
          "http.host",
          "'" + host + "'",
          "is reached from other machines, and without tokens everyone would be admin: set"
              + " http.tokensFile to a file such as {\"TOKEN\": \"admin\"}, or http.host to"
              + " 127.0.0.1");
    } else if (!carried) {
      in.problem(
          "http.host",
          "'" + host + "'",
          "is reached from other machines, and without TLS all between could read the tokens: set"
              + " http.tls.cert and http.tls.key, or http.plaintext to true if something else"
              + " encrypts");
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static KeyedCertificate certificate(SettingsReader in, String cert, String key) {
    try {
      KeyedCertificate certificate = KeyedCertificate.read(cert, key);
      in.warnIfOpen("http.tls.key", key);
      return certificate;
    } catch (IllegalArgumentException e) {
      in.problem("http.tls." + e.getMessage());
      return null;
    }
  }

  private static String name(SettingsReader in, String text) {
    String name = text.toLowerCase(Locale.ROOT).replaceAll("^\\[(.*)]$", "$1");
    if (NAME.matcher(name).matches()) {
      return name;
    }
    in.problem(
        "http.allowedHosts",
        "'" + text + "'",
        "must be a name or an address without a port, such as errand.example.org");
    return null;
  }

  /** Whether only this machine reaches it. */
  public boolean isLoopback() {
    return isLoopback(host);
  }

  /** Where to find it when it listens on that port. */
  public String url(int actualPort) {
    return (tls == null ? "http://" : "https://")
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + actualPort;
  }
}
