package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A bridge to which network namespaces are plugged, each with an address of its own, and a DNS that
 * has one name for some of them. Needs root, iproute2 and dnsmasq.
 */
final class PodNetwork {

  /** Of addresses that are for examples. */
  private static final String NET = "198.51.100.";

  /** This machine's address in it. */
  static final String HOST = NET + "1";

  private static final String DOMAIN = "errand.svc.cluster.local";
  private static final int FIRST = 10;
  private static final int PATIENCE_SECONDS = 20;

  private final String bridge = "pods" + ProcessHandle.current().pid();
  private final List<String> spaces = new ArrayList<>();
  private final Map<String, String> listed = new LinkedHashMap<>();
  private final Path resolver;
  private final Path hosts;
  private final NodeProcess dns;

  PodNetwork(Path folder) throws Exception {
    assertThat(Shell.run("ip", "route", "show", "root", NET + "0/24").replaceAll("default .*", ""))
        .as("this machine knows somebody there already")
        .isBlank();
    Shell.sh("ip link add " + bridge + " type bridge && ip link set " + bridge + " up");
    Shell.sh("ip addr add " + HOST + "/24 dev " + bridge);
    // As the kubelet writes it.
    resolver =
        Files.writeString(
            folder.resolve("resolv.conf"),
            "search "
                + DOMAIN
                + " svc.cluster.local cluster.local\n"
                + "nameserver "
                + HOST
                + "\noptions ndots:5\n");
    hosts = Files.writeString(folder.resolve("hosts"), "");
    dns = startDns();
    dns.awaitStart(PATIENCE_SECONDS);
  }

  /** It knows the hosts, and that there is nothing else. */
  private NodeProcess startDns() throws IOException {
    List<String> command = new ArrayList<>(List.of("dnsmasq", "--keep-in-foreground"));
    command.addAll(List.of("--conf-file=/dev/null", "--pid-file=", "--user=root"));
    command.addAll(List.of("--listen-address=" + HOST, "--bind-interfaces", "--no-resolv"));
    command.addAll(List.of("--no-hosts", "--addn-hosts=" + hosts, "--local=/#/"));
    // CoreDNS has answers believed for five seconds.
    command.addAll(List.of("--local-ttl=5", "--neg-ttl=5", "--log-facility=-"));
    return NodeProcess.start("dnsmasq", new ProcessBuilder(command), Pattern.compile("started"));
  }

  /** How pods ask the DNS. */
  Path resolver() {
    return resolver;
  }

  /**
   * A new namespace with an address that nobody had before.
   *
   * @return the address
   */
  String plug(String space) throws Exception {
    String address = NET + (FIRST + spaces.size());
    String port = bridge + "-" + spaces.size();
    Shell.sh("ip netns add " + space);
    spaces.add(space);
    Shell.sh("ip link add " + port + " type veth peer name eth0 netns " + space);
    Shell.sh("ip link set " + port + " master " + bridge + " up");
    Shell.sh("ip -n " + space + " addr add " + address + "/24 dev eth0");
    Shell.sh("ip -n " + space + " link set eth0 up && ip -n " + space + " link set lo up");
    return address;
  }

  /** From now on the service has that address, too. */
  void list(String service, String address) throws Exception {
    listed.put(address, service);
    reload();
  }

  /** The service has not got that address any more. */
  void unlist(String address) throws Exception {
    listed.remove(address);
    reload();
  }

  private void reload() throws Exception {
    String lines =
        listed.entrySet().stream()
            .map(each -> each.getKey() + " " + each.getValue() + "." + DOMAIN + "\n")
            .collect(Collectors.joining());
    Files.writeString(hosts, lines);
    ProcessCluster.signal(dns, "HUP");
  }

  /** All are gone when it is closed. */
  void close() throws Exception {
    dns.kill();
    dns.awaitEnd(PATIENCE_SECONDS);
    for (String space : spaces) {
      Shell.run("ip", "netns", "del", space);
    }
    Shell.run("ip", "link", "del", bridge);
  }
}
