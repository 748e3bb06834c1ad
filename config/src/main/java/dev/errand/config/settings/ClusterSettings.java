package dev.errand.config.settings;

import dev.errand.config.security.AuthKey;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How a node meets the others: the keys {@code cluster.*}.
 *
 * @param name nodes of other names don't meet
 * @param host the address that membership and bus bind and advertise
 * @param memberPort of the membership; 0: any free one
 * @param busPort of the bus; 0: any free one
 * @param peers members to look for, as {@link PeerAddress#text}
 * @param authKey the cluster's secret
 */
public record ClusterSettings(
    String name,
    String host,
    int memberPort,
    int busPort,
    List<PeerAddress> peers,
    AuthKey authKey) {

  /** The membership port of a dispatcher that is told none. */
  public static final int DISPATCHER_PORT = 5701;

  private static final int MAX_PORT = 65_535;
  private static final String CURE =
      "run ./errand authkey > FILE and set cluster.authKeyFile to it, or set"
          + " ERRAND_CLUSTER_AUTH_KEY, the same on every node";

  /**
   * What differs between the kinds of nodes.
   *
   * @param memberPort where none is set
   * @param peers where none are set
   */
  public record Defaults(int memberPort, List<String> peers) {

    /** A dispatcher is found by the others. */
    public static final Defaults DISPATCHER = new Defaults(DISPATCHER_PORT, List.of());

    /** All others look for a dispatcher on this machine. */
    public static final Defaults OTHERS = new Defaults(0, List.of("127.0.0.1:" + DISPATCHER_PORT));
  }

  /** Reads the keys; what is wrong is noted in the reader, and then the result is of no use. */
  public static ClusterSettings read(SettingsReader in, Defaults defaults) {
    String name = in.text("cluster.name", "errand");
    String host = in.read("cluster.host", "127.0.0.1", ClusterSettings::host);
    int memberPort = in.integer("cluster.memberPort", defaults.memberPort(), 0, MAX_PORT);
    int busPort = in.integer("cluster.busPort", 0, 0, MAX_PORT);
    List<PeerAddress> peers =
        in.texts("cluster.peers", defaults.peers()).stream()
            .map(text -> peer(in, text))
            .filter(peer -> peer != null)
            .toList();
    return new ClusterSettings(name, host, memberPort, busPort, peers, authKey(in));
  }

  /** Membership has no TLS of its own yet: it must not be reached from other machines. */
  private static String host(Object value) {
    if (!(value instanceof String text) || text.isBlank()) {
      throw new IllegalArgumentException("must be an address");
    }
    if (!isLoopback(text) || !isOfAnInterface(text)) {
      throw new IllegalArgumentException(
          "must be an IPv4 loopback address of this machine such as 127.0.0.1: the membership port"
              + " is not encrypted yet");
    }
    return text;
  }

  /** The membership looks for an interface with this very text, and knows IPv4 only. */
  private static boolean isOfAnInterface(String text) {
    try {
      return InetAddress.getByName(text) instanceof Inet4Address address
          && address.getHostAddress().equals(text)
          && NetworkInterface.getByInetAddress(address) != null;
    } catch (IOException e) {
      return false;
    }
  }

  private static PeerAddress peer(SettingsReader in, String text) {
    try {
      PeerAddress peer = PeerAddress.parse(text);
      if (isLoopback(peer.host())) {
        return peer;
      }
      in.problem(
          "cluster.peers", "'" + text + "'", "must be loopback addresses such as 127.0.0.1:5701");
    } catch (IllegalArgumentException e) {
      in.problem("cluster.peers", "'" + text + "'", e.getMessage());
    }
    return null;
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static AuthKey authKey(SettingsReader in) {
    String text = in.secret("cluster.authKey");
    String file = in.text("cluster.authKeyFile", null);
    if (text != null && file != null) {
      in.problem(
          "cluster.authKey", "(not shown)", "and cluster.authKeyFile are both set: keep one");
      return null;
    }
    String key = text != null ? "cluster.authKey" : "cluster.authKeyFile";
    // Who takes the one setting for the other has put the key where the file's name belongs.
    boolean secret = text != null || file != null && file.contains(AuthKey.PREFIX);
    String shown = secret ? "(not shown)" : "'" + file + "'";
    try {
      if (file != null) {
        text = Files.readString(Path.of(file));
      }
    } catch (IOException | RuntimeException e) {
      in.problem(key, shown, "can't be read (" + e.getClass().getSimpleName() + "): " + CURE);
      return null;
    }
    if (text == null) {
      in.problem("cluster.authKey", "is missing:", CURE);
      return null;
    }
    try {
      return AuthKey.parse(text);
    } catch (IllegalArgumentException e) {
      in.problem(key, shown, e.getMessage());
      return null;
    }
  }
}
