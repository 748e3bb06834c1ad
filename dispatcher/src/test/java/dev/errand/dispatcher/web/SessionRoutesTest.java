package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.security.AuthKey;
import dev.errand.config.security.ClusterAuthority;
import dev.errand.config.security.KeyedCertificate;
import dev.errand.config.settings.HttpSettings;
import dev.errand.config.settings.HttpTokens;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionRoutesTest {

  private static final String PATH = "/api/v1/session";
  private static final String READER = "read-0123456789abcdef";
  private static final String BOSS = "admin-0123456789abcdef";
  private static final JsonObject BOTH = new JsonObject().put(READER, "read").put(BOSS, "admin");

  private static GuardedDoor door(JsonObject tokens) {
    return door(tokens, null);
  }

  private static GuardedDoor door(JsonObject tokens, KeyedCertificate tls) {
    return new GuardedDoor(new HttpSettings("127.0.0.1", 0, HttpTokens.of(tokens), tls, List.of()));
  }

  private static RawRequest.Answer open(GuardedDoor door, String token) {
    return door.request("POST", PATH).json("{\"token\": \"" + token + "\"}").send();
  }

  private static String cookie(RawRequest.Answer answer) {
    return answer.headers().get("set-cookie").split(";")[0];
  }

  private static RawRequest.Answer with(String cookie, GuardedDoor door, String path) {
    return door.request("GET", path).header("Cookie", cookie).send();
  }

  @Test
  void aTokenBecomesACookieThatScriptsAndOtherSitesDoNotGet() {
    try (GuardedDoor door = door(BOTH)) {
      RawRequest.Answer opened = open(door, READER);
      assertThat(opened.status()).isEqualTo(200);
      assertThat(opened.json())
          .isEqualTo(new JsonObject().put("role", "read").put("session", true));
      assertThat(opened.headers().get("set-cookie").split("; "))
          .contains("Max-Age=43200", "Path=/", "HTTPOnly", "SameSite=Strict")
          .doesNotContain("Secure");
      assertThat(opened.headers().toString()).doesNotContain(READER);
      assertThat(with(cookie(opened), door, PATH).json().getString("role")).isEqualTo("read");
      assertThat(with(cookie(opened), door, "/api/v1/stats").status()).isEqualTo(200);
    }
  }

  @Test
  void byTlsTheCookieIsForTlsAlone() {
    KeyedCertificate tls = ClusterAuthority.of(AuthKey.random(), "web").issue("web");
    try (GuardedDoor door = door(BOTH, tls)) {
      RawRequest.Answer opened = open(door, BOSS);
      assertThat(opened.headers().get("set-cookie").split("; ")).contains("Secure");
      assertThat(with(cookie(opened), door, PATH).json().getString("role")).isEqualTo("admin");
    }
  }

  @Test
  void behindSomethingThatDoesTlsTheCookieIsForTlsAlone() {
    try (GuardedDoor door = door(BOTH)) {
      RawRequest asked =
          door.request("POST", PATH)
              .json("{\"token\": \"" + BOSS + "\"}")
              .header("Host", "localhost");
      RawRequest.Answer secure = asked.header("Origin", "https://localhost").send();
      assertThat(secure.headers().get("set-cookie").split("; ")).contains("Secure");
      RawRequest.Answer plain = asked.header("Origin", "http://localhost").send();
      assertThat(plain.headers().get("set-cookie").split("; ")).doesNotContain("Secure");
    }
  }

  @Test
  void whoHasNoSessionIsToldSo() {
    try (GuardedDoor door = door(BOTH)) {
      assertThat(door.request("GET", PATH).send().status()).isEqualTo(401);
      assertThat(door.request("GET", PATH).bearer(BOSS).send().json().getString("role"))
          .isEqualTo("admin");
    }
  }

  @Test
  void anUnknownTokenGetsNoCookie() {
    try (GuardedDoor door = door(BOTH)) {
      RawRequest.Answer answer = open(door, "admin-0123456789abcdee");
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.headers()).containsKey("www-authenticate").doesNotContainKey("set-cookie");
    }
  }

  @Test
  void aSessionOutlivesTheDispatcherAndEndsWithItsToken() {
    String cookie;
    try (GuardedDoor door = door(BOTH)) {
      cookie = cookie(open(door, BOSS));
    }
    try (GuardedDoor restarted = door(new JsonObject().put(BOSS, "submit"))) {
      assertThat(with(cookie, restarted, PATH).json().getString("role")).isEqualTo("submit");
    }
    try (GuardedDoor changed = door(new JsonObject().put(READER, "read"))) {
      assertThat(with(cookie, changed, PATH).status()).isEqualTo(401);
    }
  }

  @Test
  void aCookieThatWasChangedIsNoSession() {
    try (GuardedDoor door = door(BOTH)) {
      String reader = cookie(open(door, READER));
      String boss = cookie(open(door, BOSS));
      String name = Sessions.COOKIE + "=";
      String none = unsigned("{\"alg\":\"none\"}") + "." + unsigned("{\"exp\":9999999999}") + ".";
      for (String forged :
          List.of(
              name,
              name + ".",
              name + "x",
              name + reader.substring(reader.indexOf('.') + 1),
              boss.substring(0, boss.indexOf('.')) + reader.substring(reader.indexOf('.')),
              boss.substring(0, boss.indexOf('.') + 1) + none,
              boss.substring(0, boss.lastIndexOf('.') + 1),
              boss + "x")) {
        assertThat(with(forged, door, PATH).status()).as(forged).isEqualTo(401);
      }
      assertThat(with(boss, door, PATH).status()).isEqualTo(200);
    }
  }

  private static String unsigned(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aTokenThatIsShownGoesBeforeTheCookie() {
    try (GuardedDoor door = door(BOTH)) {
      String boss = cookie(open(door, BOSS));
      RawRequest request = door.request("GET", PATH).header("Cookie", boss);
      assertThat(request.bearer(READER).send().json().getString("role")).isEqualTo("read");
      assertThat(request.bearer("wrong").send().status()).isEqualTo(401);
    }
  }

  @Test
  void whoLeavesLosesTheCookie() {
    try (GuardedDoor door = door(BOTH)) {
      RawRequest.Answer closed = door.request("DELETE", PATH).send();
      assertThat(closed.status()).isEqualTo(204);
      assertThat(closed.headers().get("set-cookie").split("; "))
          .contains(Sessions.COOKIE + "=", "Max-Age=0", "Path=/", "HTTPOnly", "SameSite=Strict");
    }
  }

  @Test
  void withoutTokensThereIsNothingToShow() {
    try (GuardedDoor door = door(new JsonObject())) {
      assertThat(door.request("GET", PATH).send().json().getString("role")).isEqualTo("admin");
      RawRequest.Answer opened = open(door, "anything");
      assertThat(opened.json().getString("role")).isEqualTo("admin");
      assertThat(opened.headers()).doesNotContainKey("set-cookie");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | token must be a text
          {"token": 7} | token must be a text
          {"token": null} | token must be a text
          {"token": "x", "user": "y"} | user is no field of a session
          [] | the body must be {"token": "…"}
          {"token": "x", "token": "y"} | the body must be {"token": "…"}
          {"token": "x"} {} | the body must be {"token": "…"}
          {"token" | the body must be {"token": "…"}
          """)
  void aBodyThatIsWrongIsToldWhatItMustBe(String body, String detail) {
    try (GuardedDoor door = door(BOTH)) {
      RawRequest.Answer answer = door.request("POST", PATH).json(body).send();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.problem()).isEqualTo("invalid-request");
      assertThat(answer.json().getString("detail")).isEqualTo(detail);
    }
  }

  @Test
  void aBodyHasAGreatestLengthAndOneType() {
    try (GuardedDoor door = door(BOTH)) {
      RawRequest.Answer large = open(door, "x".repeat(5_000));
      assertThat(large.status()).isEqualTo(413);
      assertThat(large.problem()).isEqualTo("too-large");
      RawRequest request = door.request("POST", PATH).json("{\"token\": \"" + BOSS + "\"}");
      for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "json", "")) {
        RawRequest.Answer other = request.header("Content-Type", type).send();
        assertThat(other.status()).isEqualTo(415);
        assertThat(other.problem()).isEqualTo("unsupported-media-type");
      }
      assertThat(request.without("Content-Type").send().status()).isEqualTo(415);
      String stated = "Application/JSON; charset=utf-8";
      assertThat(request.header("Content-Type", stated).send().status()).isEqualTo(200);
    }
  }
}
