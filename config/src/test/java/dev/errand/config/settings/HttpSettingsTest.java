package dev.errand.config.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.LogLines;
import dev.errand.config.OwnAuthority;
import dev.errand.config.security.NodeIdentity;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSettingsTest {

  private static final String TOKEN = "0123456789abcdef";
  private static final JsonObject TOKENS = new JsonObject().put(TOKEN, "admin");
  private static final String EVERYWHERE = "0.0.0.0";

  @TempDir Path folder;

  private static Reading http(JsonObject section) {
    return new Reading(new JsonObject().put("http", section), Map.of());
  }

  private static HttpSettings read(JsonObject section) {
    return http(section).by(HttpSettings::read);
  }

  private static List<String> problems(JsonObject section) {
    return http(section).problems(HttpSettings::read);
  }

  private static JsonObject everywhere() {
    return new JsonObject().put("host", EVERYWHERE);
  }

  private String file(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file.toString();
  }

  private JsonObject tls() throws IOException {
    NodeIdentity server = new OwnAuthority("ours").issue();
    return new JsonObject()
        .put("cert", file("cert.pem", server.certificate()))
        .put("key", file("key.pem", server.key()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "localhost", "::1"})
  void onLoopbackNoTokensAreNeeded(String host) {
    HttpSettings settings = read(new JsonObject().put("host", host));
    assertThat(settings.host()).isEqualTo(host);
    assertThat(settings.isLoopback()).isTrue();
    assertThat(settings.tokens().isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void whoListensFurtherWithoutTokensIsRefusedWithTheCure(String host) throws IOException {
    for (JsonObject section :
        List.of(
            new JsonObject(),
            new JsonObject().put("plaintext", true),
            new JsonObject().put("tls", tls()),
            new JsonObject().put("tokens", new JsonObject()))) {
      assertThat(problems(section.put("host", host)))
          .containsExactly(
              "http.host '"
                  + host
                  + "' is reached from other machines, and without tokens everyone would be admin:"
                  + " set http.tokensFile to a file such as {\"TOKEN\": \"admin\"}, or http.host to"
                  + " 127.0.0.1");
    }
  }

  @Test
  void whoListensFurtherWithoutTlsIsRefusedWithTheCure() {
    assertThat(problems(everywhere().put("tokens", TOKENS)))
        .containsExactly(
            "http.host '0.0.0.0' is reached from other machines, and without TLS all between could"
                + " read the tokens: set http.tls.cert and http.tls.key, or http.plaintext to true"
                + " if something else encrypts");
    assertThat(problems(everywhere().put("tokens", TOKENS).put("plaintext", false))).hasSize(1);
  }

  @Test
  void withTokensAndTlsAnyAddressWillDo() throws IOException {
    HttpSettings settings = read(everywhere().put("tokens", TOKENS).put("tls", tls()));
    assertThat(settings.isLoopback()).isFalse();
    assertThat(settings.tls()).hasToString("KeyedCertificate(key not shown)");
    assertThat(settings.url(8443)).isEqualTo("https://0.0.0.0:8443");
  }

  @Test
  void plaintextMustBeAskedFor() {
    HttpSettings settings = read(everywhere().put("tokens", TOKENS).put("plaintext", true));
    assertThat(settings.tls()).isNull();
    assertThat(settings.url(80)).isEqualTo("http://0.0.0.0:80");
    assertThat(read(new JsonObject().put("host", "::1")).url(1)).isEqualTo("http://[::1]:1");
  }

  @Test
  void tokensOnLoopbackNeedNoTls() {
    HttpTokens tokens = read(new JsonObject().put("tokens", TOKENS)).tokens();
    assertThat(tokens.find(TOKEN).role()).isEqualTo(Role.ADMIN);
  }

  @Test
  void tokensMayComeFromTheEnvironmentOrAFile() throws IOException {
    HttpTokens expected = HttpTokens.of(TOKENS);
    Reading variable = new Reading(null, Map.of("ERRAND_HTTP_TOKENS", TOKENS.encode()));
    assertThat(variable.by(HttpSettings::read).tokens()).isEqualTo(expected);
    String file = file("tokens.json", TOKENS.encode() + "\n");
    assertThat(read(new JsonObject().put("tokensFile", file)).tokens()).isEqualTo(expected);
    Reading named = new Reading(null, Map.of("ERRAND_HTTP_TOKENS_FILE", file));
    assertThat(named.by(HttpSettings::read).tokens()).isEqualTo(expected);
  }

  @Test
  void twoWaysToGiveTokensAreOneTooMany() throws IOException {
    String file = file("tokens.json", TOKENS.encode());
    assertThat(problems(new JsonObject().put("tokens", TOKENS).put("tokensFile", file)))
        .containsExactly("http.tokens and http.tokensFile are two ways to give tokens: keep one");
  }

  @Test
  void tokensAreNeverShown() throws IOException {
    for (Object wrong :
        List.of(
            TOKEN,
            new JsonArray().add(TOKEN),
            new JsonObject().put(TOKEN, "boss"),
            new JsonObject().put("admin", TOKEN),
            new JsonObject().put(TOKEN + " x", "admin"))) {
      String file = file("wrong.json", Json.encode(wrong));
      for (JsonObject section :
          List.of(
              new JsonObject().put("tokens", wrong),
              new JsonObject().put("tokensFile", file),
              everywhere().put("tokens", wrong))) {
        assertThat(problems(section)).singleElement().asString().doesNotContain(TOKEN);
      }
    }
    for (String wrong : List.of("{\"" + TOKEN + "\": admin}", " " + TOKENS.encode(), "")) {
      Reading reading = new Reading(null, Map.of("ERRAND_HTTP_TOKENS", wrong));
      assertThat(reading.problems(HttpSettings::read))
          .singleElement()
          .asString()
          .startsWith("http.tokens (not shown) must be a map of tokens to roles")
          .doesNotContain(TOKEN);
    }
    for (Object wrong : List.of(TOKENS, TOKENS.encode(), " " + TOKENS.encode(), 7)) {
      assertThat(problems(new JsonObject().put("tokensFile", wrong)))
          .containsExactly(
              "http.tokensFile (not shown) must be the name of a file; a map is http.tokens");
    }
  }

  @Test
  void aFileOfTokensThatCanNotBeReadIsNamed() throws IOException {
    String name = "http.tokensFile '" + folder.resolve("t") + "' ";
    JsonObject section = new JsonObject().put("tokensFile", folder.resolve("t").toString());
    assertThat(problems(section)).containsExactly(name + "can't be read (NoSuchFileException)");
    for (String text : List.of("", "{", TOKEN)) {
      file("t", text);
      assertThat(problems(section)).containsExactly(name + "is not JSON");
    }
    file("t", "{}");
    assertThat(problems(section)).containsExactly(name + "has no token: everyone would be let in");
    file("t", "x".repeat((1 << 20) + 1));
    assertThat(problems(section)).containsExactly(name + "can't be read (IOException)");
  }

  @Test
  void filesWithSecretsThatOthersCanReadAreTold() throws IOException {
    JsonObject tls = tls();
    String tokens = file("tokens.json", TOKENS.encode());
    String key = tls.getString("key");
    JsonObject section = new JsonObject().put("tokensFile", tokens).put("tls", tls);
    try (LogLines log = new LogLines(SettingsReader.class)) {
      read(section);
      assertThat(log.all()).isEmpty();
      for (String secret : List.of(tokens, key)) {
        Files.setPosixFilePermissions(
            Path.of(secret), PosixFilePermissions.fromString("rw-r-----"));
      }
      read(section);
      String end = " can be read by others than its owner: chmod 600 ";
      assertThat(log.all())
          .containsExactly(
              "WARN http.tokensFile " + tokens + end + tokens,
              "WARN http.tls.key " + key + end + key);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cert", "key"})
  void certificateAndKeyGoTogether(String missing) throws IOException {
    JsonObject tls = tls();
    tls.remove(missing);
    for (JsonObject section : List.of(new JsonObject(), everywhere().put("tokens", TOKENS))) {
      assertThat(problems(section.put("tls", tls)))
          .containsExactly("http.tls." + missing + " is missing: name a PEM file");
    }
  }

  @Test
  void filesOfTlsThatAreWrongAreNamed() throws IOException {
    JsonObject tls = tls();
    String other = file("other.pem", new OwnAuthority("other").issue().key());
    assertThat(problems(new JsonObject().put("tls", tls.copy().put("key", other))))
        .containsExactly("http.tls.key is not that of the certificate in cert");
    assertThat(problems(new JsonObject().put("tls", tls.copy().put("cert", other))))
        .containsExactly("http.tls.cert has no PEM certificate that can be read");
    assertThat(problems(new JsonObject().put("tls", tls.copy().put("cert", "none.pem"))))
        .containsExactly("http.tls.cert 'none.pem' can't be read (NoSuchFileException)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "", " ", "no.such.host.invalid"})
  void anAddressOfAnotherMachineIsRefused(String host) {
    assertThat(problems(new JsonObject().put("host", host)))
        .containsExactly(
            "http.host '"
                + host
                + "' must be an address or name of this machine, such as 127.0.0.1, or 0.0.0.0 for"
                + " all of them");
  }

  @Test
  void hostsThatAreAllowedHaveNoPort() {
    JsonArray hosts =
        new JsonArray().add("Errand.example.org").add("[2001:db8::1]").add("10.0.0.1");
    assertThat(read(new JsonObject().put("allowedHosts", hosts)).allowedHosts())
        .containsExactly("errand.example.org", "2001:db8::1", "10.0.0.1");
    Reading variable = new Reading(null, Map.of("ERRAND_HTTP_ALLOWED_HOSTS", "a, b"));
    assertThat(variable.by(HttpSettings::read).allowedHosts()).containsExactly("a", "b");
    for (String wrong : List.of("https://errand", "errand:8080", "*", "a b", "")) {
      assertThat(problems(new JsonObject().put("allowedHosts", new JsonArray().add(wrong))))
          .containsExactly(
              "http.allowedHosts '"
                  + wrong
                  + "' must be a name or an address without a port, such as errand.example.org");
    }
  }

  @Test
  void probesMayHaveAPortOfTheirOwn() {
    assertThat(read(new JsonObject()).healthPort()).isEmpty();
    assertThat(read(new JsonObject().put("healthPort", 8081)).healthPort()).hasValue(8081);
    assertThat(read(new JsonObject().put("port", 0).put("healthPort", 0)).healthPort()).hasValue(0);
    assertThat(problems(new JsonObject().put("healthPort", 8080)))
        .containsExactly("http.healthPort 8080 is http.port, too: set another one");
  }
}
