package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.LogLines;
import dev.errand.config.OwnAuthority;
import dev.errand.config.security.AuthKey;
import dev.errand.config.security.Credentials;
import dev.errand.config.security.NodeIdentity;
import dev.errand.config.security.PemFiles;
import dev.errand.config.security.SharedKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterCredentialsTest {

  private static final AuthKey KEY = AuthKey.random();
  private static final AuthKey NEXT = AuthKey.random();
  private static final SharedKeys BOTH = new SharedKeys(List.of(KEY, NEXT));
  private static final String KEY_VARIABLE = "ERRAND_CLUSTER_AUTH_KEY";
  private static final String FILE_VARIABLE = "ERRAND_CLUSTER_AUTH_KEY_FILE";
  private static final String ONE_WAY =
      "cluster.authKey, cluster.authKeyFile and cluster.tls.* are more than one way to be a"
          + " member: keep one";

  @TempDir Path folder;

  private static Reading environment(String... variables) {
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return new Reading(null, environment);
  }

  private static Reading cluster(JsonObject section) {
    return new Reading(new JsonObject().put("cluster", section), Map.of());
  }

  private static Credentials read(Reading reading) {
    return reading.by(ClusterCredentials::read);
  }

  private static List<String> problems(Reading reading) {
    return reading.problems(ClusterCredentials::read);
  }

  @Test
  void aKeyFileThatOthersCanReadIsToldOnce() throws IOException {
    Path file = Path.of(file("open", KEY.text()));
    JsonObject section = new JsonObject().put("authKeyFile", file.toString());
    for (String rights : List.of("rw-r-----", "rw----r--", "rw-------")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
      try (LogLines log = new LogLines(SettingsReader.class)) {
        assertThat(read(cluster(section))).isEqualTo(new SharedKeys(KEY));
        String line =
            "WARN cluster.authKeyFile "
                + file
                + " can be read by others than its owner: chmod 600 "
                + file;
        assertThat(log.all()).isEqualTo(rights.equals("rw-------") ? List.of() : List.of(line));
      }
    }
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private String keyFile(String text) throws IOException {
    return file("authkey", text);
  }

  @Test
  void oneKeyIsTheUsualWay() throws IOException {
    String file = keyFile(KEY.text());
    for (Reading reading :
        List.of(
            environment(KEY_VARIABLE, KEY.text()),
            environment(FILE_VARIABLE, file),
            cluster(new JsonObject().put("authKey", KEY.text())),
            cluster(new JsonObject().put("authKeyFile", file)))) {
      assertThat(read(reading)).isEqualTo(new SharedKeys(KEY));
    }
  }

  @Test
  void aListOfKeysKeepsItsOrder() throws IOException {
    String file = keyFile(KEY.text());
    String next = file("next", NEXT.text());
    JsonArray texts = new JsonArray().add(KEY.text()).add(NEXT.text());
    JsonArray files = new JsonArray().add(file).add(next);
    for (Reading reading :
        List.of(
            environment(KEY_VARIABLE, KEY.text() + "," + NEXT.text()),
            environment(KEY_VARIABLE, " " + KEY.text() + " , " + NEXT.text() + ","),
            environment(FILE_VARIABLE, file + "," + next),
            cluster(new JsonObject().put("authKey", texts)),
            cluster(new JsonObject().put("authKeyFile", files)))) {
      assertThat(read(reading)).isEqualTo(BOTH).isNotEqualTo(new SharedKeys(List.of(NEXT, KEY)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s\n%s\n", "%s\r\n%s\r\n", "\n  %s\n\n\t%s  \n\n"})
  void aFileMayHaveAKeyALine(String form) throws IOException {
    String file = keyFile(String.format(form, KEY.text(), NEXT.text()));
    assertThat(read(environment(FILE_VARIABLE, file))).isEqualTo(BOTH);
  }

  @Test
  void aKeyFileMayEndWithALineBreak() throws IOException {
    assertThat(read(environment(FILE_VARIABLE, keyFile(KEY.text() + "\r\n"))))
        .isEqualTo(new SharedKeys(KEY));
  }

  @Test
  void aNodeWithoutAKeyIsToldTheCure() {
    for (Reading without :
        List.of(
            environment(),
            environment(KEY_VARIABLE, "", FILE_VARIABLE, ""),
            cluster(new JsonObject().put("authKey", new JsonArray())),
            cluster(new JsonObject().putNull("authKeyFile").put("tls", new JsonObject())))) {
      assertThat(problems(without))
          .singleElement()
          .asString()
          .startsWith("cluster.authKey is missing: run ./errand authkey")
          .contains("cluster.authKeyFile", KEY_VARIABLE);
    }
  }

  @Test
  void twoWaysAreOneTooMany() throws IOException {
    String file = keyFile(KEY.text());
    assertThat(problems(environment(KEY_VARIABLE, KEY.text(), FILE_VARIABLE, file)))
        .containsExactly(ONE_WAY);
    for (String tls : List.of("CA", "CERT", "KEY", "ALLOW")) {
      String variable = "ERRAND_CLUSTER_TLS_" + tls;
      assertThat(problems(environment(KEY_VARIABLE, KEY.text(), variable, "x")))
          .containsExactly(ONE_WAY);
      assertThat(problems(environment(FILE_VARIABLE, file, variable, "x")))
          .containsExactly(ONE_WAY);
    }
    assertThat(
            problems(cluster(new JsonObject().put("authKey", KEY.text()).put("authKeyFile", file))))
        .containsExactly(ONE_WAY);
  }

  @Test
  void aKeyFileThatCanNotBeReadIsNamedWithTheCure() throws IOException {
    Path invalid = Files.write(folder.resolve("binary"), new byte[] {-1, -2, -3});
    assertThat(problems(environment(FILE_VARIABLE, invalid.toString())))
        .singleElement()
        .asString()
        .startsWith("cluster.authKeyFile '" + invalid + "' is not a key");
    for (Path unreadable : List.of(folder.resolve("nothing"), folder)) {
      assertThat(problems(environment(FILE_VARIABLE, unreadable.toString())))
          .singleElement()
          .asString()
          .startsWith("cluster.authKeyFile '" + unreadable + "' can't be read (")
          .contains("./errand authkey");
    }
    Path endless = Files.write(folder.resolve("endless"), new byte[(1 << 20) + 1]);
    assertThat(problems(environment(FILE_VARIABLE, endless.toString())))
        .singleElement()
        .asString()
        .startsWith("cluster.authKeyFile '" + endless + "' can't be read (");
    assertThat(problems(environment(FILE_VARIABLE, "no\0path")))
        .singleElement()
        .asString()
        .startsWith("cluster.authKeyFile 'no\0path' can't be read (");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", " \r\n\n"})
  void anEmptyKeyFileIsNamedWithTheCure(String text) throws IOException {
    String file = keyFile(text);
    assertThat(problems(environment(FILE_VARIABLE, file)))
        .singleElement()
        .asString()
        .startsWith("cluster.authKeyFile '" + file + "' is empty: run ./errand authkey");
  }

  @Test
  void eachFileAndEachLineThatIsWrongIsTold() throws IOException {
    String good = keyFile(KEY.text());
    String bad = file("bad", "one\n" + KEY.text() + "\ntwo\n");
    String none = folder.resolve("none").toString();
    assertThat(problems(environment(FILE_VARIABLE, good + "," + bad + "," + none)))
        .hasSize(3)
        .satisfiesExactly(
            first -> assertThat(first).startsWith("cluster.authKeyFile '" + bad + "' is not a key"),
            second -> assertThat(second).startsWith("cluster.authKeyFile '" + bad + "' is not a"),
            third -> assertThat(third).startsWith("cluster.authKeyFile '" + none + "' can't be"));
  }

  @Test
  void aFileWithAnotherTextIsNamedAndItsTextIsNotShown() throws IOException {
    String file = keyFile("my own pass phrase");
    assertThat(problems(environment(FILE_VARIABLE, file)))
        .singleElement()
        .asString()
        .startsWith("cluster.authKeyFile '" + file + "' is not a key as ./errand authkey prints it")
        .doesNotContain("phrase");
  }

  /** Whatever is wrong with it, or wherever it was put by mistake. */
  @Test
  void aKeyIsNeverShown() {
    String secret = KEY.text().substring(AuthKey.PREFIX.length());
    for (String wrong : List.of(KEY.text() + "x", secret, "my " + KEY.text())) {
      assertThat(problems(environment(KEY_VARIABLE, wrong)))
          .singleElement()
          .asString()
          .startsWith("cluster.authKey (not shown) is not a key")
          .doesNotContain(secret);
      assertThat(problems(environment(KEY_VARIABLE, NEXT.text() + "," + wrong)))
          .singleElement()
          .asString()
          .startsWith("cluster.authKey (not shown) is not a key")
          .doesNotContain(secret);
    }
    assertThat(problems(environment(FILE_VARIABLE, KEY.text())))
        .singleElement()
        .asString()
        .startsWith("cluster.authKeyFile (not shown) ")
        .contains("cluster.authKey")
        .doesNotContain(secret);
    assertThat(read(environment(KEY_VARIABLE, KEY.text())).toString()).doesNotContain(secret);
  }

  @ParameterizedTest
  @ValueSource(strings = {"authKey", "authKeyFile"})
  void aKeyInSomethingElseThanATextIsNotShownEither(String name) {
    for (Object wrong :
        List.of(
            new JsonArray().add(KEY.text()).add(7), new JsonObject().put("first", KEY.text()))) {
      List<String> problems = problems(cluster(new JsonObject().put(name, wrong)));
      assertThat(problems)
          .contains("cluster." + name + " (not shown) must be a text, or a list of texts");
      assertThat(String.join("", problems)).doesNotContain(AuthKey.PREFIX);
    }
  }

  private JsonObject tls() throws IOException {
    OwnAuthority authority = new OwnAuthority("ours");
    NodeIdentity node = authority.issue(new GeneralName(GeneralName.dNSName, "node"));
    return new JsonObject()
        .put("ca", file("ca.pem", authority.certificate()))
        .put("cert", file("cert.pem", node.certificate()))
        .put("key", file("key.pem", node.key()))
        .put("allow", new JsonArray().add("node").add("other"));
  }

  private static Reading withTls(JsonObject tls) {
    return cluster(new JsonObject().put("tls", tls));
  }

  @Test
  void certificatesAreAWayOfTheirOwn() throws IOException {
    JsonObject tls = tls();
    assertThat(read(withTls(tls)))
        .isEqualTo(
            PemFiles.read(
                new PemFiles.Paths(
                    tls.getString("ca"), tls.getString("cert"), tls.getString("key")),
                List.of("node", "other")));
  }

  @Test
  void eachKeyOfCertificatesHasAVariable() throws IOException {
    JsonObject tls = tls();
    Reading reading =
        environment(
            "ERRAND_CLUSTER_TLS_CA", tls.getString("ca"),
            "ERRAND_CLUSTER_TLS_CERT", tls.getString("cert"),
            "ERRAND_CLUSTER_TLS_KEY", tls.getString("key"),
            "ERRAND_CLUSTER_TLS_ALLOW", "node, other");
    assertThat(read(reading)).isEqualTo(read(withTls(tls)));
  }

  @ParameterizedTest
  @CsvSource({"ca", "cert", "key"})
  void aFileOfCertificatesThatIsMissingIsNamedByItsKey(String key) throws IOException {
    JsonObject tls = tls();
    tls.remove(key);
    assertThat(problems(withTls(tls)))
        .containsExactly("cluster.tls." + key + " is missing: name a PEM file");
    tls.put(key, "none.pem");
    assertThat(problems(withTls(tls)))
        .containsExactly("cluster.tls." + key + " 'none.pem' can't be read (NoSuchFileException)");
  }

  @Test
  void certificatesNeedNamesThatAreAdmitted() throws IOException {
    JsonObject tls = tls().put("allow", new JsonArray());
    assertThat(problems(withTls(tls)))
        .singleElement()
        .asString()
        .startsWith("cluster.tls.allow is missing: list the names (SAN)");
  }

  @Test
  void aKeyThatIsNotTheCertificatesIsNamedByItsKey() throws IOException {
    String other = file("other.pem", new OwnAuthority("other").issue().key());
    assertThat(problems(withTls(tls().put("key", other))))
        .containsExactly("cluster.tls.key is not that of the certificate in cert");
  }

  @Test
  void certificatesDoNotShowTheirKey() throws IOException {
    JsonObject tls = tls();
    List<String> lines = Files.readAllLines(Path.of(tls.getString("key")));
    assertThat(read(withTls(tls)).toString()).doesNotContain(lines.get(1));
    // Who takes one file for the other.
    assertThat(problems(withTls(tls.put("cert", tls.getString("key")))))
        .singleElement()
        .asString()
        .startsWith("cluster.tls.cert has no PEM certificate")
        .doesNotContain(lines.get(1));
  }
}
