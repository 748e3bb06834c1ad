package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.security.AuthKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
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

  private static List<String> problems(Map<String, String> environment) {
    return Reading.of("{}", environment).problems(ClusterSettingsTest::read);
  }

  private String file(String text) throws IOException {
    return Files.writeString(folder.resolve("authkey"), text).toString();
  }

  @Test
  void aDispatcherNeedsOnlyAKey() {
    Function<SettingsReader, ClusterSettings> read =
        in -> ClusterSettings.read(in, ClusterSettings.Defaults.DISPATCHER);
    assertThat(withKey("{}").by(read))
        .isEqualTo(new ClusterSettings("errand", "127.0.0.1", 5701, 0, List.of(), KEY));
  }

  @Test
  void allOthersLookForADispatcherOnThisMachine() {
    assertThat(withKey("{}").by(ClusterSettingsTest::read))
        .isEqualTo(
            new ClusterSettings(
                "errand", "127.0.0.1", 0, 0, List.of(new PeerAddress("127.0.0.1", 5701)), KEY));
  }

  @Test
  void eachKeyIsRead() throws IOException {
    String section =
        "{'name': 'büro 1', 'host': '127.0.0.1', 'memberPort': 5711, 'busPort': 5712,"
            + " 'peers': ['localhost:5713', '[::1]:5714'], 'authKeyFile': '"
            + file(KEY.text())
            + "'}";
    assertThat(Reading.of("{'cluster': " + section + "}").by(ClusterSettingsTest::read))
        .isEqualTo(
            new ClusterSettings(
                "büro 1",
                "127.0.0.1",
                5711,
                5712,
                List.of(new PeerAddress("localhost", 5713), new PeerAddress("::1", 5714)),
                KEY));
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
            "127.0.0.1:5713,127.0.0.1:5714",
            FILE_VARIABLE,
            file(KEY.text()));
    assertThat(Reading.of("{}", environment).by(ClusterSettingsTest::read))
        .isEqualTo(
            new ClusterSettings(
                "b",
                "127.0.0.1",
                5711,
                5712,
                List.of(new PeerAddress("127.0.0.1", 5713), new PeerAddress("127.0.0.1", 5714)),
                KEY));
  }

  /** On the later ones the membership would not start, and would not say why. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "192.0.2.1",
        "::",
        "2001:db8::1",
        "localhost",
        "::1",
        "0:0:0:0:0:0:0:1",
        "127.1",
        "127.200.201.202",
      })
  void membershipListensOnlyOnALoopbackAddressThatThisMachineHas(String host) {
    assertThat(problems("{'host': '" + host + "'}"))
        .containsExactly(
            "cluster.host '"
                + host
                + "' must be an IPv4 loopback address of this machine such as 127.0.0.1: the"
                + " membership port is not encrypted yet");
  }

  @ParameterizedTest
  @ValueSource(strings = {"''", "' '", "7", "['127.0.0.1']"})
  void aHostIsAnAddress(String host) {
    assertThat(problems("{'host': " + host + "}"))
        .singleElement()
        .asString()
        .startsWith("cluster.host ")
        .endsWith(" must be an address");
  }

  @ParameterizedTest
  @CsvSource({"memberPort, -1", "memberPort, 65536", "busPort, -1", "busPort, 65536"})
  void aPortIsAPort(String key, int port) {
    assertThat(problems("{'" + key + "': " + port + "}"))
        .containsExactly("cluster." + key + " " + port + " must be 0 to 65535");
  }

  @Test
  void aNameIsNotBlank() {
    assertThat(problems("{'name': ''}")).containsExactly("cluster.name '' must not be blank");
  }

  @Test
  void eachWrongPeerIsNamed() {
    assertThat(problems("{'peers': ['127.0.0.1:5701', '192.0.2.1:5701', 'here', '127.0.0.1:0']}"))
        .containsExactly(
            "cluster.peers '192.0.2.1:5701' must be loopback addresses such as 127.0.0.1:5701",
            "cluster.peers 'here' must be host:port, such as 127.0.0.1:5701",
            "cluster.peers '127.0.0.1:0' must be host:port, such as 127.0.0.1:5701");
  }

  @Test
  void aNodeMayHaveNoPeers() {
    assertThat(withKey("{'cluster': {'peers': []}}").by(ClusterSettingsTest::read).peers())
        .isEmpty();
  }

  @Test
  void aKeyFileMayEndWithALineBreak() throws IOException {
    Map<String, String> environment = Map.of(FILE_VARIABLE, file(KEY.text() + "\r\n"));
    assertThat(Reading.of("{}", environment).by(ClusterSettingsTest::read).authKey())
        .isEqualTo(KEY);
  }

  @Test
  void aNodeWithoutAKeyIsToldTheCure() {
    assertThat(problems(Map.of()))
        .singleElement()
        .asString()
        .startsWith("cluster.authKey is missing: run ./errand authkey")
        .contains("cluster.authKeyFile", KEY_VARIABLE);
  }

  @Test
  void aKeyAndAKeyFileAreOneTooMany() throws IOException {
    assertThat(problems(Map.of(KEY_VARIABLE, KEY.text(), FILE_VARIABLE, file(KEY.text()))))
        .containsExactly(
            "cluster.authKey (not shown) and cluster.authKeyFile are both set: keep one");
  }

  @Test
  void aKeyFileThatCanNotBeReadIsNamedWithTheCure() throws IOException {
    Path invalid = Files.write(folder.resolve("binary"), new byte[] {-1, -2, -3});
    for (Path unreadable : List.of(folder.resolve("nothing"), folder, invalid)) {
      assertThat(problems(Map.of(FILE_VARIABLE, unreadable.toString())))
          .singleElement()
          .asString()
          .startsWith("cluster.authKeyFile '" + unreadable + "' can't be read (")
          .contains("./errand authkey");
    }
    assertThat(problems(Map.of(FILE_VARIABLE, "no\0path")))
        .singleElement()
        .asString()
        .startsWith("cluster.authKeyFile 'no\0path' can't be read (");
  }

  @Test
  void aFileWithAnotherTextIsNamedAndItsTextIsNotShown() throws IOException {
    String file = file("my own pass phrase");
    assertThat(problems(Map.of(FILE_VARIABLE, file)))
        .singleElement()
        .asString()
        .startsWith("cluster.authKeyFile '" + file + "' is not a key as ./errand authkey prints it")
        .doesNotContain("phrase");
  }

  /** Whatever is wrong with it, or wherever it was put by mistake. */
  @Test
  void theKeyIsNeverShown() {
    String secret = KEY.text().substring("errand1-".length());
    Map<String, String> environment = new HashMap<>();
    for (String wrong : List.of(KEY.text() + "x", secret, "my " + KEY.text())) {
      environment.put(KEY_VARIABLE, wrong);
      assertThat(problems(environment))
          .singleElement()
          .asString()
          .startsWith("cluster.authKey (not shown) is not a key")
          .doesNotContain(secret);
    }
    assertThat(problems(Map.of(FILE_VARIABLE, KEY.text())))
        .singleElement()
        .asString()
        .startsWith("cluster.authKeyFile (not shown) ")
        .contains("cluster.authKey")
        .doesNotContain(secret);
    assertThat(withKey("{}").by(ClusterSettingsTest::read).toString()).doesNotContain(secret);
  }
}
