package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may see and do what on the page, and that pages of others do nothing through it. */
@Tag("debian")
class PageAccessIT {

  /** Whatever changes something. */
  private static final String OFFERED = "[data-action]:not([data-action=close]):visible";

  @TempDir static Path folder;

  private static PageFixture fixture;
  private static HttpApi admin;
  private static HttpServer other;

  @BeforeAll
  static void begins() throws Exception {
    fixture =
        new PageFixture(folder, HttpApi.withTokens(new JsonObject().put("http", new JsonObject())));
    fixture.worker("worker");
    admin = new HttpApi(fixture.cluster.port(), HttpApi.ADMIN);
    other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          byte[] html = StatusPage.script("other.html").getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
          exchange.sendResponseHeaders(200, html.length);
          exchange.getResponseBody().write(html);
          exchange.close();
        });
    other.start();
  }

  @AfterAll
  static void ends() {
    if (other != null) {
      other.stop(0);
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  private static StatusPage signedIn(BrowserContext person, String token) {
    StatusPage page = fixture.open(person);
    signIn(page, token);
    return page.live();
  }

  private static void signIn(StatusPage page, String token) {
    page.page.fill("#signin input[type=password]", token);
    page.page.press("#signin input[type=password]", "Enter");
  }

  private static BrowserContext person() {
    return fixture.chrome.person(Chrome.Look.DESK);
  }

  @Test
  void aTokenSignsInAndIsKeptNowhereThatScriptsOrAddressesSee() {
    try (StatusPage page = signedIn(person(), HttpApi.ADMIN)) {
      assertThat(page.page.isVisible("#signin")).isFalse();
      assertThat(page.page.url()).isEqualTo(fixture.url());
      String kept =
          (String)
              page.page.evaluate(
                  "() => document.cookie + JSON.stringify(localStorage) +"
                      + " JSON.stringify(sessionStorage) + document.documentElement.outerHTML");
      assertThat(kept).doesNotContain(HttpApi.ADMIN).doesNotContain("errand-session");
      page.page.reload();
      page.live();
    }
  }

  @Test
  void aWrongTokenIsToldAndTheRightOneStillSignsIn() {
    try (StatusPage page = fixture.open(person())) {
      String field = "#signin input[type=password]";
      page.page.waitForSelector(field);
      assertThat(page.page.isVisible("#connection")).isFalse();
      assertThat(page.page.isVisible("#search")).isFalse();
      // Browsers keep passwords by their users' names.
      assertThat(page.has("#signin input[autocomplete=username]")).isTrue();
      page.page.fill(field, "a-token-of-nobody-here");
      page.page.press(field, "Enter");
      page.page.waitForSelector("#signin [role=alert]:not(:empty)");
      page.page.fill(field, HttpApi.READ);
      page.page.press(field, "Enter");
      page.live();
      assertThat(page.page.isVisible("#search")).isTrue();
    }
  }

  @Test
  void nothingStaysOpenOverTheFormToSignIn() throws Exception {
    String id =
        admin.submit(new JsonObject().put("type", "nobodys").put("payload", 1)).getString("id");
    BrowserContext person = person();
    try (StatusPage page = signedIn(person, HttpApi.ADMIN)) {
      page.showTask(id);
      page.page.click(StatusPage.action("#task", "cancel"));
      page.page.waitForSelector(StatusPage.ASKED);
      person.clearCookies();
      page.page.waitForSelector("#signin input[type=password]");
      assertThat(page.has("dialog[open]")).isFalse();
      signIn(page, HttpApi.ADMIN);
      page.page.waitForSelector("#task[open] :text('" + id + "')");
      assertThat(page.has(StatusPage.ASKED)).isFalse();
      assertThat(admin.get("/api/v1/tasks/" + id).json().getString("state")).isEqualTo("queued");
    }
  }

  @Test
  void whoMayOnlyReadIsOfferedNothingElse() throws Exception {
    String id =
        admin.submit(new JsonObject().put("type", "nobodys").put("payload", 1)).getString("id");
    try (StatusPage page = signedIn(person(), HttpApi.READ)) {
      page.page.waitForSelector("#workers tr[data-worker]");
      assertThat(page.page.locator(OFFERED).count()).isZero();
      page.showTask(id);
      page.page.waitForSelector("#task :text('" + id + "')");
      assertThat(page.page.locator(OFFERED).count()).isZero();
    }
    try (StatusPage page = signedIn(person(), HttpApi.ADMIN)) {
      page.page.waitForSelector(StatusPage.action("#workers", "drain"));
    }
  }

  @Test
  void aPageOfAnotherSiteOrPortChangesAndReadsNothing() throws Exception {
    String id =
        admin.submit(new JsonObject().put("type", "nobodys").put("payload", 1)).getString("id");
    BrowserContext person = person();
    try (StatusPage page = signedIn(person, HttpApi.ADMIN)) {
      page.page.waitForSelector("#workers tr[data-worker]");
      String worker =
          admin
              .get("/api/v1/workers")
              .json()
              .getJsonArray("workers")
              .getJsonObject(0)
              .getString("id");
      long submitted = admin.books().submitted();
      for (String host : List.of("127.0.0.1", "localhost")) {
        try (Page attack = person.newPage()) {
          attack.navigate("http://" + host + ":" + other.getAddress().getPort() + "/");
          attack.evaluate(
              "target => attack(target)",
              Map.of("url", fixture.url(), "task", id, "worker", worker));
          assertThat((List<?>) attack.evaluate("() => read")).as("read from " + host).isEmpty();
          assertThat(((Number) attack.evaluate("() => tried")).intValue()).isGreaterThan(10);
        }
      }
      assertThat(admin.get("/api/v1/tasks/" + id).json().getString("state")).isEqualTo("queued");
      assertThat(admin.books().submitted()).isEqualTo(submitted);
      assertThat(
              admin
                  .get("/api/v1/workers")
                  .json()
                  .getJsonArray("workers")
                  .getJsonObject(0)
                  .getBoolean("draining"))
          .isFalse();
      assertThat(admin.get("/api/v1/types/nobodys").json().getBoolean("paused")).isFalse();
      // The person is still signed in.
      page.page.reload();
      page.live();
    }
  }
}
