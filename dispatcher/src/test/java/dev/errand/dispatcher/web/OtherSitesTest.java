package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.HttpSettings;
import dev.errand.config.settings.HttpTokens;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pages of others may have a browser do. */
class OtherSitesTest {

  private static final String SESSION = "/api/v1/session";
  private static final HttpSettings LOOPBACK = new HttpSettings("127.0.0.1", 0);
  private static final HttpTokens TOKENS =
      HttpTokens.of(new JsonObject().put("0123456789abcdef", "admin"));

  @ParameterizedTest
  @CsvSource({
    "same-origin, 204",
    "none, 204",
    "same-site, 403",
    "cross-site, 403",
    "whatever, 403",
  })
  void aBrowserThatSaysWhoAsksIsBelieved(String site, int status) {
    try (GuardedDoor door = new GuardedDoor(LOOPBACK)) {
      RawRequest.Answer answer =
          door.request("DELETE", SESSION)
              .header("Sec-Fetch-Site", site)
              .header("Origin", "http://127.0.0.1:" + door.port())
              .send();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.problem()).isEqualTo(status == 403 ? "cross-site" : "");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "errand:8080, http://errand:8080, 204",
    "errand:8080, https://ERRAND:8080, 204",
    "errand, http://errand, 204",
    "errand, https://errand, 204",
    "errand:443, https://errand, 204",
    "errand, http://errand:80, 204",
    "[::1]:8080, http://[::1]:8080, 204",
    "errand:8080, http://errand:8081, 403",
    "errand:8080, http://errand, 403",
    "errand:8080, http://evil:8080, 403",
    "errand:8080, http://errand.evil:8080, 403",
    "errand:8080, null, 403",
    "errand:8080, http://:8080, 403",
    "errand:8080, ::, 403",
    "errand:8080, '', 403",
  })
  void anOriginMustBeTheHostThatIsAsked(String host, String origin, int status) {
    HttpSettings settings =
        new HttpSettings("127.0.0.1", 0, HttpTokens.NONE, null, List.of("errand"));
    try (GuardedDoor door = new GuardedDoor(settings)) {
      RawRequest.Answer answer =
          door.request("DELETE", SESSION).header("Host", host).header("Origin", origin).send();
      assertThat(answer.status()).isEqualTo(status);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
  void whateverMayChangeSomethingIsRefused(String method) {
    try (GuardedDoor door = new GuardedDoor(LOOPBACK)) {
      for (String path : List.of(SESSION, "/api/v1/stats", "/nothing")) {
        RawRequest.Answer answer =
            door.request(method, path).header("Origin", "http://evil.example").send();
        assertThat(answer.status()).isEqualTo(403);
      }
    }
  }

  @Test
  void othersMayLookButTheirBrowserDoesNotShowThem() {
    try (GuardedDoor door = new GuardedDoor(LOOPBACK)) {
      RawRequest.Answer answer =
          door.request("GET", "/api/v1/stats")
              .header("Origin", "http://evil.example")
              .header("Sec-Fetch-Site", "cross-site")
              .send();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers().keySet()).noneMatch(name -> name.startsWith("access-control-"));
      RawRequest.Answer preflight =
          door.request("OPTIONS", SESSION)
              .header("Origin", "http://evil.example")
              .header("Access-Control-Request-Method", "POST")
              .send();
      assertThat(preflight.status()).isEqualTo(405);
      assertThat(preflight.headers().keySet()).noneMatch(name -> name.startsWith("access-control"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8080, 200",
    "localhost, 200",
    "LOCALHOST:1, 200",
    "[::1]:8080, 200",
    "errand.example, 421",
    "10.1.2.3:8080, 421",
    "localhost.evil.example, 421",
    "'', 421",
    "'local host', 400",
  })
  void onLoopbackOnlyItsOwnNamesAreAnswered(String host, int status) {
    try (GuardedDoor door = new GuardedDoor(LOOPBACK)) {
      RawRequest.Answer answer = door.request("GET", "/api/v1/stats").header("Host", host).send();
      assertThat(answer.status()).isEqualTo(status);
      if (status == 421) {
        assertThat(answer.problem()).isEqualTo("misdirected");
        assertThat(answer.json().getString("detail")).contains("http.allowedHosts");
      }
    }
  }

  @Test
  void whoeverNamesNoHostIsNotAnswered() {
    try (GuardedDoor door = new GuardedDoor(LOOPBACK)) {
      assertThat(door.request("GET", "/api/v1/stats").without("Host").send().status())
          .isEqualTo(400);
    }
  }

  @Test
  void hostsThatAreAllowedAreAnsweredBesideLoopback() {
    HttpSettings settings =
        new HttpSettings("0.0.0.0", 0, TOKENS, null, List.of("errand.example", "2001:db8::1"));
    try (GuardedDoor door = new GuardedDoor(settings)) {
      RawRequest request = door.request("GET", "/api/v1/stats").bearer("0123456789abcdef");
      for (String host : List.of("Errand.Example:8080", "[2001:db8::1]", "localhost")) {
        assertThat(request.header("Host", host).send().status()).as(host).isEqualTo(200);
      }
      assertThat(request.header("Host", "evil.example").send().status()).isEqualTo(421);
    }
  }

  @Test
  void beyondLoopbackAnyHostIsAnsweredUnlessSomeAreNamed() {
    try (GuardedDoor door =
        new GuardedDoor(new HttpSettings("0.0.0.0", 0, TOKENS, null, List.of()))) {
      RawRequest request =
          door.request("GET", "/api/v1/stats").header("Host", "pod-7.errand.svc:8080");
      assertThat(request.send().status()).isEqualTo(401);
      assertThat(request.bearer("0123456789abcdef").send().status()).isEqualTo(200);
    }
  }

  @Test
  void everyAnswerTellsBrowsersToBeCareful() {
    HttpSettings settings = new HttpSettings("127.0.0.1", 0, TOKENS, null, List.of());
    try (GuardedDoor door = new GuardedDoor(settings)) {
      for (RawRequest request :
          List.of(
              door.request("GET", "/livez"),
              door.request("GET", SESSION).bearer("0123456789abcdef"),
              door.request("GET", SESSION),
              door.request("GET", "/nothing"),
              door.request("PUT", SESSION),
              door.request("GET", "/%zz"),
              door.request("GET", SESSION).header("Host", "evil"),
              door.request("GET", SESSION).header("Host", ""),
              door.request("GET", SESSION).header("X", "\0"))) {
        assertThat(request.send().headers())
            .containsEntry("x-content-type-options", "nosniff")
            .containsEntry("referrer-policy", "no-referrer")
            .containsEntry("cache-control", "no-store")
            .containsEntry("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
      }
    }
  }
}
