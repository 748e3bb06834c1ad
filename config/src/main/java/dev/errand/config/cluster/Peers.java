package dev.errand.config.cluster;

import dev.errand.config.settings.PeerAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Where other members may be. Names are looked up whenever it is asked: they may move. */
final class Peers {

  private final List<PeerAddress> known;

  Peers(Collection<PeerAddress> known) {
    this.known = List.copyOf(known);
  }

  boolean isEmpty() {
    return known.isEmpty();
  }

  /** All addresses of all names; a name that nobody knows is left out. Blocks. */
  List<InetSocketAddress> addresses() {
    List<InetSocketAddress> found = new ArrayList<>();
    for (PeerAddress peer : known) {
      for (InetAddress address : all(peer.host())) {
        found.add(new InetSocketAddress(address, peer.port()));
      }
    }
    return found;
  }

  private static InetAddress[] all(String host) {
    try {
      return InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      // It may be known the next time.
      return new InetAddress[0];
    }
  }

  /** The same as {@code IP:port}. */
  List<String> texts() {
    return addresses().stream().map(Peers::text).toList();
  }

  static String text(InetSocketAddress address) {
    return new PeerAddress(address.getAddress().getHostAddress(), address.getPort()).text();
  }

  /** As the settings have them, with what DNS has nothing for. Blocks. */
  String described() {
    List<String> unknown =
        known.stream().map(PeerAddress::host).filter(host -> all(host).length == 0).toList();
    String all = known.stream().map(PeerAddress::text).toList().toString();
    return unknown.isEmpty()
        ? all
        : all + ", of which DNS does not know " + String.join(", ", unknown);
  }
}
