package dev.errand.config.settings;

import dev.errand.config.security.Credentials;
import io.vertx.core.json.JsonObject;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How a node meets the others: the keys {@code cluster.*}.
 *
 * @param name nodes of other names don't meet
 * @param host the address that membership and bus bind and advertise
 * @param memberPort of the membership; 0: any free one
 * @param busPort of the bus; 0: any free one
 * @param search where it looks for the others
 * @param credentials what makes the node a member: shared keys, or certificates
 */
public record ClusterSettings(
    String name, String host, int memberPort, int busPort, Search search, Credentials credentials) {

  /** The membership port of a dispatcher that is told none. */
  public static final int DISPATCHER_PORT = 5701;

  private static final Pattern SERVICE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\\.[A-Za-z0-9_-]+)*\\.?");
  private static final String HOST_FORM =
      "must be an IPv4 address of this machine that the other nodes reach, such as 127.0.0.1 or"
          + " 192.0.2.7, not a name and not 0.0.0.0";

  /**
   * Where a node looks for the others.
   *
   * @param peers members to look for, as {@link PeerAddress#text}; with a service, its name alone
   * @param serviceDns a name that has the addresses of all nodes, this one's too; null: there is
   *     none
   * @param mayBeFirst whether it starts a cluster where it finds none; else it waits
   */
  public record Search(List<PeerAddress> peers, String serviceDns, boolean mayBeFirst) {

    /** For those peers, one of which it waits for if there is any. */
    public static Search of(List<PeerAddress> peers) {
      return new Search(peers, null, peers.isEmpty());
    }
  }

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

  /**
   * Those of a program that has a main of its own; all but {@code cluster.*} in the file is the
   * program's.
   *
   * @throws SettingsException if anything is wrong
   */
  public static ClusterSettings read(JsonObject file, Map<String, String> environment) {
    SettingsReader in = new SettingsReader(file, environment);
    ClusterSettings settings = read(in, Defaults.OTHERS);
    in.leaveAllBut("cluster");
    in.finish();
    return settings;
  }

  /** Reads the keys; what is wrong is noted in the reader, and then the result is of no use. */
  public static ClusterSettings read(SettingsReader in, Defaults defaults) {
    String name = in.name("cluster.name", "errand");
    String host = in.read("cluster.host", "127.0.0.1", ClusterSettings::host);
    int memberPort = in.port("cluster.memberPort", defaults.memberPort());
    int busPort = in.port("cluster.busPort", 0);
    Search search = search(in, memberPort, defaults);
    checkReach(in, host, search.peers());
    return new ClusterSettings(
        name, host, memberPort, busPort, search, ClusterCredentials.read(in));
  }

  private static Search search(SettingsReader in, int memberPort, Defaults defaults) {
    String service = in.read("cluster.serviceDns", null, ClusterSettings::service);
    List<PeerAddress> peers =
        in.texts("cluster.peers", service == null ? defaults.peers() : List.of()).stream()
            .map(text -> peer(in, text))
            .filter(Objects::nonNull)
            .toList();
    if (service == null) {
      return Search.of(peers);
    }
    if (!peers.isEmpty()) {
      in.problem("cluster.peers and cluster.serviceDns are two ways to find the others: keep one");
    }
    if (memberPort == 0) {
      in.problem(
          "cluster.memberPort",
          "0",
          "must be the same fixed one on all nodes where cluster.serviceDns tells only their"
              + " addresses: 5701 is usual");
      return Search.of(List.of());
    }
    boolean mayBeFirst = defaults.peers().isEmpty();
    return new Search(List.of(new PeerAddress(service, memberPort)), service, mayBeFirst);
  }

  private static String service(Object value) {
    if (value instanceof String text && SERVICE.matcher(text).matches()) {
      return text;
    }
    throw new IllegalArgumentException(
        "must be a name in DNS, without a port, that has the addresses of all nodes, such as"
            + " errand-members");
  }

  /**
   * The others are told it, so it must be one address, and this machine's. The membership looks for
   * an interface with this very text, and knows IPv4 only.
   */
  private static String host(Object value) {
    try {
      if (value instanceof String text
          && InetAddress.getByName(text) instanceof Inet4Address address
          && address.getHostAddress().equals(text)
          && NetworkInterface.getByInetAddress(address) != null) {
        return text;
      }
    } catch (UnknownHostException | SocketException e) {
      throw new IllegalArgumentException(HOST_FORM, e);
    }
    throw new IllegalArgumentException(HOST_FORM);
  }

  /** Who listens on loopback only is not found by those elsewhere, though it finds them. */
  private static void checkReach(SettingsReader in, String host, List<PeerAddress> peers) {
    if (isLoopback(host)) {
      peers.stream()
          .filter(peer -> peer.isOfNumbers() && !isLoopback(peer.host()))
          .findFirst()
          .ifPresent(
              peer ->
                  in.problem(
                      "cluster.host",
                      "'" + host + "'",
                      "can't be reached by the peer at "
                          + peer.text()
                          + ": set it to this machine's address in that network"));
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static PeerAddress peer(SettingsReader in, String text) {
    try {
      return PeerAddress.parse(text);
    } catch (IllegalArgumentException e) {
      in.problem("cluster.peers", "'" + text + "'", e.getMessage());
      return null;
    }
  }
}
