package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.security.AuthKey;
import dev.errand.config.security.SharedKeys;
import dev.errand.config.settings.ClusterSettings.Search;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSettingsTest {

  private static final AuthKey KEY = AuthKey.random();
  private static final SharedKeys KEYS = new SharedKeys(KEY);
  private static final String KEY_VARIABLE = "ERRAND_CLUSTER_AUTH_KEY";
  private static final String FILE_VARIABLE = "ERRAND_CLUSTER_AUTH_KEY_FILE";

  @TempDir Path folder;

  private static ClusterSettings read(SettingsReader in) {
    return ClusterSettings.read(in, ClusterSettings.Defaults.OTHERS);
  }

  private static Reading withKey(String file) {
    return Reading.of(file, Map.of(KEY_VARIABLE, KEY.text()));
  }

  private static List<String> problems(String section) {
    return withKey("{'cluster': " + section + "}").problems(ClusterSettingsTest::read);
  }

  private String file(String text) throws IOException {
    return Files.writeString(folder.resolve("authkey"), text).toString();
  }

  @Test
  void aDispatcherNeedsOnlyAKey() {
    Function<SettingsReader, ClusterSettings> read =
        in -> ClusterSettings.read(in, ClusterSettings.Defaults.DISPATCHER);
    assertThat(withKey("{}").by(read))
        .isEqualTo(new ClusterSettings("errand", "127.0.0.1", 5701, 0, Search.of(List.of()), KEYS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          'cluster': {'busPort': 5701} | cluster.busPort 5701 is cluster.memberPort
          'cluster': {'busPort': 8080} | http.port 8080 is cluster.busPort
          'cluster': {'memberPort': 8080} | http.port 8080 is cluster.memberPort
          'http': {'port': 5701} | http.port 5701 is cluster.memberPort
          'http': {'healthPort': 5701} | http.healthPort 5701 is cluster.memberPort
          'http': {'healthPort': 8080} | http.healthPort 8080 is http.port
          """)
  void noTwoPortsOfADispatcherAreTheSame(String file, String problem) {
    Function<SettingsReader, DispatcherSettings> read =
        in -> {
          ClusterSettings.read(in, ClusterSettings.Defaults.DISPATCHER);
          return DispatcherSettings.read(in);
        };
    assertThat(withKey("{" + file + "}").problems(read))
        .containsExactly(problem + ", too: set another one");
  }

  @ParameterizedTest
  @CsvSource({"memberPort", "busPort"})
  void noTwoPortsOfAWorkerAreTheSame(String port) {
    Function<SettingsReader, WorkerSettings> read =
        in -> {
          ClusterSettingsTest.read(in);
          return WorkerSettings.read(in);
        };
    String file = "{'cluster': {'" + port + "': 0}, 'worker': {'healthPort': 0}}";
    assertThat(withKey(file).by(read).healthPort()).as("any two free ones").hasValue(0);
    assertThat(withKey(file.replace("0", "81")).problems(read))
        .containsExactly("worker.healthPort 81 is cluster." + port + ", too: set another one");
  }

  @Test
  void ofAProgramsSettingsOnlyTheClustersAreOurs() {
    JsonObject file =
        new JsonObject().put("mine", 1).put("cluster", new JsonObject().put("name", "other"));
    ClusterSettings settings = ClusterSettings.read(file, Map.of(KEY_VARIABLE, KEY.text()));
    assertThat(settings.name()).isEqualTo("other");
    assertThat(settings.search().peers()).containsExactly(new PeerAddress("127.0.0.1", 5701));
  }

  @Test
  void allOthersLookForADispatcherOnThisMachine() {
    assertThat(withKey("{}").by(ClusterSettingsTest::read))
        .isEqualTo(
            new ClusterSettings(
                "errand",
                "127.0.0.1",
                0,
                0,
                Search.of(List.of(new PeerAddress("127.0.0.1", 5701))),
                KEYS));
  }

  @Test
  void eachKeyIsRead() throws IOException {
    String section =
        "{'name': 'büro 1', 'host': '127.0.0.1', 'memberPort': 5711, 'busPort': 5712,"
            + " 'peers': ['dispatcher.example.org:5713', '[2001:db8::7]:5714'], 'authKeyFile': '"
            + file(KEY.text())
            + "'}";
    assertThat(Reading.of("{'cluster': " + section + "}").by(ClusterSettingsTest::read))
        .isEqualTo(
            new ClusterSettings(
                "büro 1",
                "127.0.0.1",
                5711,
                5712,
                Search.of(
                    List.of(
                        new PeerAddress("dispatcher.example.org", 5713),
                        new PeerAddress("2001:db8::7", 5714))),
                KEYS));
  }

  @Test
  void eachKeyHasAVariable() throws IOException {
    Map<String, String> environment =
        Map.of(
            "ERRAND_CLUSTER_NAME",
            "b",
            "ERRAND_CLUSTER_HOST",
            "127.0.0.1",
            "ERRAND_CLUSTER_MEMBER_PORT",
            "5711",
            "ERRAND_CLUSTER_BUS_PORT",
            "5712",
            "ERRAND_CLUSTER_PEERS",
            "127.0.0.1:5713,dispatcher-0:5714",
            FILE_VARIABLE,
            file(KEY.text()));
    assertThat(Reading.of("{}", environment).by(ClusterSettingsTest::read))
        .isEqualTo(
            new ClusterSettings(
                "b",
                "127.0.0.1",
                5711,
                5712,
                Search.of(
                    List.of(
                        new PeerAddress("127.0.0.1", 5713), new PeerAddress("dispatcher-0", 5714))),
                KEYS));
  }

  private static List<String> addresses() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(Inet4Address.class::isInstance)
        .map(InetAddress::getHostAddress)
        .toList();
  }

  @Test
  void eachIpv4AddressOfThisMachineCanBeTheNodes() throws SocketException {
    assertThat(addresses()).contains("127.0.0.1");
    for (String address : addresses()) {
      assertThat(
              withKey("{'cluster': {'host': '" + address + "'}}")
                  .by(ClusterSettingsTest::read)
                  .host())
          .isEqualTo(address);
    }
  }

  /** On most of them the membership would not start, and would not say why. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'0.0.0.0'",
        "'192.0.2.1'",
        "'255.255.255.255'",
        "'224.0.0.1'",
        "'::'",
        "'2001:db8::1'",
        "'localhost'",
        "'nobody..example'",
        "'::1'",
        "'0:0:0:0:0:0:0:1'",
        "'::ffff:127.0.0.1'",
        "'127.1'",
        "'127.0.0.01'",
        "' 127.0.0.1'",
        "'2130706433'",
        "'127.200.201.202'",
        "''",
        "' '",
        "7",
        "['127.0.0.1']",
      })
  void aNodeListensOnlyOnAnAddressThatThisMachineHas(String host) {
    assertThat(problems("{'host': " + host + "}"))
        .containsExactly(
            "cluster.host "
                + host.replace("['127.0.0.1']", "[\"127.0.0.1\"]")
                + " must be an IPv4 address of this machine that the other nodes reach, such as"
                + " 127.0.0.1 or 192.0.2.7, not a name and not 0.0.0.0");
  }

  @ParameterizedTest
  @CsvSource({"memberPort, -1", "memberPort, 65536", "busPort, -1", "busPort, 65536"})
  void aPortIsAPort(String key, int port) {
    assertThat(problems("{'" + key + "': " + port + "}"))
        .containsExactly("cluster." + key + " " + port + " must be 0 to 65535");
  }

  @Test
  void aNameIsNeitherBlankNorLong() {
    assertThat(problems("{'name': ''}")).containsExactly("cluster.name '' must not be blank");
    assertThat(problems("{'name': '" + "x".repeat(200) + "'}")).isEmpty();
    assertThat(problems("{'name': '" + "x".repeat(201) + "'}"))
        .containsExactly("cluster.name '" + "x".repeat(59) + "… must have at most 200 characters");
  }

  @Test
  void eachWrongPeerIsNamed() {
    assertThat(problems("{'peers': ['127.0.0.1:5701', 'here', '192.0.2.1', '127.0.0.1:0']}"))
        .containsExactly(
            "cluster.peers 'here' must be host:port, such as 127.0.0.1:5701",
            "cluster.peers '192.0.2.1' must be host:port, such as 127.0.0.1:5701",
            "cluster.peers '127.0.0.1:0' must be host:port, such as 127.0.0.1:5701");
  }

  @Test
  void whoLooksElsewhereMustBeReachedFromThere() {
    assertThat(problems("{'peers': ['127.0.0.1:5701', '192.0.2.7:5701', '192.0.2.8:5701']}"))
        .containsExactly(
            "cluster.host '127.0.0.1' can't be reached by the peer at 192.0.2.7:5701: set it to"
                + " this machine's address in that network");
    assertThat(problems("{'peers': ['127.0.0.1:5701', '127.0.0.2:5702']}")).isEmpty();
  }

  @Test
  void whoIsReachedMayLookAnywhere() throws SocketException {
    assertThat(addresses())
        .filteredOn(address -> !address.startsWith("127."))
        .allSatisfy(
            host ->
                assertThat(problems("{'host': '" + host + "', 'peers': ['192.0.2.7:5701']}"))
                    .isEmpty());
  }

  private static final String BY_SERVICE = "{'memberPort': 5701, 'serviceDns': 'errand-members'}";

  @Test
  void aServicesAddressesArePeersOnTheNodesOwnPort() {
    Search search =
        withKey("{'cluster': " + BY_SERVICE + "}").by(ClusterSettingsTest::read).search();
    assertThat(search)
        .isEqualTo(
            new Search(List.of(new PeerAddress("errand-members", 5701)), "errand-members", false));
  }

  @Test
  void aDispatcherDoesNotWaitForWhomTheServiceLists() {
    Search search =
        withKey("{'cluster': " + BY_SERVICE + "}")
            .by(in -> ClusterSettings.read(in, ClusterSettings.Defaults.DISPATCHER))
            .search();
    assertThat(search.mayBeFirst()).isTrue();
  }

  @Test
  void aServiceTellsNoPorts() {
    assertThat(problems("{'serviceDns': 'errand-members'}"))
        .singleElement()
        .asString()
        .startsWith("cluster.memberPort 0 must be the same fixed one on all nodes");
  }

  @Test
  void oneOfPeersAndServiceIsEnough() {
    assertThat(
            problems("{'memberPort': 5701, 'serviceDns': 'errand-members', 'peers': ['a:5701']}"))
        .containsExactly(
            "cluster.peers and cluster.serviceDns are two ways to find the others: keep one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"errand-members:5701", "", "a..b", "-a", "a b", "http://a"})
  void aServiceIsAName(String service) {
    assertThat(problems("{'memberPort': 5701, 'serviceDns': '" + service + "'}"))
        .singleElement()
        .asString()
        .startsWith("cluster.serviceDns '" + service + "' must be a name in DNS, without a port");
  }

  @Test
  void aNodeMayHaveNoPeers() {
    assertThat(withKey("{'cluster': {'peers': []}}").by(ClusterSettingsTest::read).search().peers())
        .isEmpty();
  }
}
