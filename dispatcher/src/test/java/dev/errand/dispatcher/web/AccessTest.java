package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.HttpSettings;
import dev.errand.config.settings.HttpTokens;
import dev.errand.config.settings.Role;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A path for each role. */
class AccessTest {

  private static final HttpTokens TOKENS =
      HttpTokens.of(
          new JsonObject()
              .put("read-0123456789abcdef", "read")
              .put("submit-0123456789abcdef", "submit")
              .put("admin-0123456789abcdef", "admin"));

  private final Vertx vertx = Vertx.vertx();
  private HttpServer server;

  private void open(HttpTokens tokens) throws Exception {
    Router router = Router.router(vertx);
    Access access = new Access(tokens, new Sessions(vertx, tokens, false));
    for (Role role : Role.values()) {
      router
          .route("/" + role.text())
          .handler(access.allow(role))
          .handler(request -> request.end("done"));
    }
    new Failures().mount(router);
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private RawRequest request(String path) {
    return new RawRequest(this::connect, "GET", "/" + path).header("Host", "any");
  }

  private Socket connect() {
    try {
      return new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "read, read, 200",
    "read, submit, 403",
    "read, admin, 403",
    "submit, read, 200",
    "submit, submit, 200",
    "submit, admin, 403",
    "admin, read, 200",
    "admin, submit, 200",
    "admin, admin, 200",
  })
  void aRoleMayDoWhatThoseBelowItMay(String has, String needs, int status) throws Exception {
    open(TOKENS);
    RawRequest.Answer answer = request(needs).bearer(has + "-0123456789abcdef").send();
    assertThat(answer.status()).isEqualTo(status);
    if (status == 403) {
      assertThat(answer.problem()).isEqualTo("forbidden");
      assertThat(answer.json().getString("detail"))
          .isEqualTo("this takes the role " + needs + ", and the token has " + has);
    }
  }

  @Test
  void whoShowsNoTokenIsToldHow() throws Exception {
    open(TOKENS);
    for (Role role : Role.values()) {
      RawRequest.Answer answer = request(role.text()).send();
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.problem()).isEqualTo("unauthorized");
      assertThat(answer.headers()).containsEntry("www-authenticate", "Bearer realm=\"errand\"");
      assertThat(answer.json().getString("detail")).contains("http.tokens", "Bearer TOKEN");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer admin-0123456789abcdee",
        "Bearer admin-0123456789abcdef0",
        "Bearer ADMIN-0123456789ABCDEF",
        "Bearer admin-0123456789abcdef x",
        "Bearer ",
        "Bearer",
        "admin-0123456789abcdef",
        "Basic YWRtaW46YWRtaW4tMDEyMzQ1Njc4OWFiY2RlZg=="
      })
  void anyOtherTokenIsRefused(String authorization) throws Exception {
    open(TOKENS);
    RawRequest.Answer answer = request("read").header("Authorization", authorization).send();
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.headers())
        .containsEntry("www-authenticate", "Bearer realm=\"errand\", error=\"invalid_token\"");
    assertThat(answer.body().toLowerCase(Locale.ROOT)).doesNotContain("0123456789abcde");
  }

  @Test
  void theSchemeIsReadInAnyCase() throws Exception {
    open(TOKENS);
    RawRequest request = request("admin").header("Authorization", "bEARER admin-0123456789abcdef");
    assertThat(request.send().status()).isEqualTo(200);
  }

  @Test
  void withoutTokensEveryoneMayDoAll() throws Exception {
    open(HttpTokens.NONE);
    assertThat(request("admin").send().status()).isEqualTo(200);
    assertThat(request("admin").bearer("whatever").send().status()).isEqualTo(200);
  }

  @Test
  void theProbesAreOpenAndTheFiguresAreNot() {
    try (GuardedDoor door =
        new GuardedDoor(new HttpSettings("127.0.0.1", 0, TOKENS, null, List.of("other")))) {
      for (String path : new String[] {"/livez", "/readyz"}) {
        assertThat(door.request("GET", path).header("Host", "10.1.2.3").send().status())
            .isEqualTo(200);
      }
      RawRequest stats = door.request("GET", "/api/v1/stats");
      assertThat(stats.send().status()).isEqualTo(401);
      assertThat(stats.bearer("read-0123456789abcdef").send().status()).isEqualTo(200);
    }
  }
}
