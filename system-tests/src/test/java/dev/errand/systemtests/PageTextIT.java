package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever tasks and workers say is text. */
@Tag("debian")
class PageTextIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Of each, an element with the class {@code made} and a script that sets {@code ran}. */
  private static final List<String> HOSTILE =
      List.of(
          "<img class=made src=x onerror='window.ran=1'>",
          "<script class=made>window.ran=2</script>",
          "\"><svg class=made onload='window.ran=3'></svg>",
          "</td></tr></table></textarea></title><b class=made>4</b>",
          "'); window.ran=5; alert('5",
          "<a class=made href='javascript:window.ran=6'>6</a>",
          "&lt;b class=made&gt;7&lt;/b&gt; ${window.ran=7} {{window.ran=7}}",
          "<iframe class=made srcdoc='<script>parent.ran=8</script>'></iframe>");

  private static final String ALL = String.join(" ", HOSTILE);

  @TempDir static Path folder;

  private static PageFixture fixture;

  @BeforeAll
  static void begins() throws Exception {
    fixture = new PageFixture(folder);
  }

  @AfterAll
  static void ends() {
    if (fixture != null) {
      fixture.close();
    }
  }

  @Test
  void payloadsResultsErrorsAndNamesFullOfScriptsShowAsText() throws Exception {
    String name = ALL.substring(0, 150);
    fixture.worker("hostile", fixture.cluster.workerConf(name));
    try (StatusPage page = fixture.live()) {
      page.page.waitForSelector(StatusPage.worker(fixture.workerId(name)));
      assertThat(page.text("#workers")).contains(HOSTILE.get(0));
      isUnharmed(page);
      for (String hostile : HOSTILE) {
        shows(page, "echo", hostile);
        shows(page, RefusingHandler.TYPE, hostile);
      }
      shows(page, "echo", new JsonObject().put(HOSTILE.get(0), HOSTILE));
      page.page.navigate(fixture.url());
      page.live();
      page.page.waitForSelector("#failures [data-action=retry-one]");
      for (String hostile : HOSTILE) {
        await()
            .pollInSameThread()
            .atMost(PATIENCE)
            .until(() -> page.text("#failures").contains(start(hostile)));
      }
      isUnharmed(page);
      page.page.fill("#search", HOSTILE.get(0));
      page.page.press("#search", "Enter");
      page.awaitUpdates(2);
      isUnharmed(page);
    }
  }

  /** What is shown of it, should long ones be cut, and numbers left out. */
  private static String start(String hostile) {
    return hostile.substring(0, Math.min(hostile.length(), 10));
  }

  private static void shows(StatusPage page, String type, Object payload) throws Exception {
    String id = fixture.submit(type, payload);
    await().atMost(PATIENCE).until(() -> fixture.task(id).getString("finishedAt") != null);
    page.showTask(id);
    String text =
        payload instanceof JsonObject json ? json.fieldNames().iterator().next() : (String) payload;
    await()
        .pollInSameThread()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(page.text("#task")).contains(id).containsAnyOf(text, inJson(text)));
    isUnharmed(page);
  }

  private static String inJson(String text) {
    String quoted = Json.encode(text);
    return quoted.substring(1, quoted.length() - 1);
  }

  private static void isUnharmed(StatusPage page) {
    assertThat(page.page.evaluate("() => window.ran ?? null")).isNull();
    assertThat(page.has(".made")).isFalse();
    assertThat(page.faults()).isEmpty();
  }

  @Test
  void aHostileAddressOfAViewShowsNothingButText() throws Exception {
    try (StatusPage page = fixture.live()) {
      for (String hostile : HOSTILE) {
        page.page.evaluate("hash => { location.hash = hash; }", "task=" + hostile);
        page.awaitUpdates(1);
        isUnharmed(page);
      }
    }
  }

  @Test
  void whatTurnsTheDirectionOfTextIsShownNotObeyed() throws Exception {
    String id = fixture.submit("none", "\u202egnp.exe");
    try (StatusPage page = fixture.live()) {
      page.showTask(id);
      await()
          .pollInSameThread()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(page.text("#task"))
                      .contains("\\u202egnp.exe")
                      .doesNotContain("\u202e"));
    }
  }

  @Test
  void aFilterThatIsRefusedSaysSo() throws Exception {
    try (StatusPage page = fixture.live()) {
      page.page.evaluate("() => { location.hash = 'state=bogus'; }");
      await()
          .pollInSameThread()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(page.text("#tasks-empty"))
                      .startsWith("Not to be found: ")
                      .contains("state"));
    }
  }

  @Test
  void itsPolicyAllowsNoScriptsButItsOwn() throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(fixture.url())).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-security-policy").orElse(""))
        .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
        .doesNotContain("unsafe-inline", "unsafe-eval", "http:", "https:", "*");
    assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
  }
}
