package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each part of the page is by itself. */
@Tag("debian")
class PagePartsIT {

  private static final String LONG_NAME = "a-worker-with-a-name-that-no-lane-has-room-for";

  /** Sections, and elements that they need. */
  private static final Map<String, String> NEEDED =
      Map.of(
          "verdict", "verdict-sign",
          "ledger", "sum",
          "types", "types-count",
          "workers", "workers-count",
          "stream", "stream-note",
          "tasks", "tasks-older");

  private static final String TAKE =
      """
      ids => {
        window.giveBack = ids.map(id => {
          const taken = document.getElementById(id);
          const place = document.createComment('');
          taken.replaceWith(place);
          return () => place.replaceWith(taken);
        });
      }
      """;

  private static final String NOTE_LABELS =
      """
      () => {
        const draw = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function(text, x, y) {
          if (x === 0 && this.canvas.closest('#stream')) {
            window.label = {text, width: this.measureText(text).width};
          }
          draw.call(this, text, x, y);
        };
      }
      """;

  private static final String HIDE =
      """
      async () => {
        window.requestAnimationFrame = () => 0;
        const {Lanes} = await import('./page/lanes.js');
        const forget = Lanes.prototype.forget;
        Lanes.prototype.forget = function(now) {
          forget.call(this, now);
          window.times = (window.times ?? 0) + 1;
        };
      }
      """;

  /** Without frames. */
  private static final Page.WaitForFunctionOptions POLLED =
      new Page.WaitForFunctionOptions().setPollingInterval(100);

  @TempDir static Path folder;

  private static PageFixture fixture;
  private StatusPage page;

  @BeforeAll
  static void begins() throws Exception {
    fixture = new PageFixture(folder);
    fixture.worker("worker", fixture.cluster.workerConf(LONG_NAME));
  }

  @AfterAll
  static void ends() {
    if (fixture != null) {
      fixture.close();
    }
  }

  @BeforeEach
  void opens() {
    page = fixture.live();
  }

  @AfterEach
  void closes() {
    page.close();
  }

  private static String note(String part) {
    return "section:has(#" + part + ") > .broken, section#" + part + " > .broken";
  }

  private void awaitNote(String part, WaitForSelectorState state) {
    page.page.waitForSelector(note(part), new Page.WaitForSelectorOptions().setState(state));
  }

  @Test
  void aPartThatFailsSaysSoAndStopsNoOther() throws Exception {
    List<String> told = new ArrayList<>();
    page.page.onConsoleMessage(message -> told.add(message.text()));
    page.page.locator("#stream").scrollIntoViewIfNeeded();
    page.page.evaluate(TAKE, List.copyOf(NEEDED.values()));
    for (String part : NEEDED.keySet()) {
      awaitNote(part, WaitForSelectorState.VISIBLE);
      assertThat(page.page.locator(note(part)).count()).as(part).isEqualTo(1);
      assertThat(told).anyMatch(each -> each.startsWith(part + " can't be shown"));
    }
    assertThat(page.page.isVisible("#types")).isFalse();
    // What is whole goes on.
    fixture.api().json("PUT", "/api/v1/types/square", new JsonObject().put("paused", true));
    page.page.waitForSelector("#actions :text('square')");
    fixture.api().json("PUT", "/api/v1/types/square", new JsonObject().put("paused", false));
    page.awaitUpdates(2);
    assertThat(page.page.isVisible("#cluster")).isTrue();
    page.page.evaluate("() => giveBack.forEach(each => each())");
    for (String part : NEEDED.keySet()) {
      awaitNote(part, WaitForSelectorState.DETACHED);
    }
    assertThat(page.page.isVisible("#types, #types-empty")).isTrue();
  }

  @Test
  void anAnswerThatIsNoneFailsItsOwnPartsAlone() {
    page.page.route(
        "**/api/v1/series", route -> route.fulfill(new Route.FulfillOptions().setBody("{}")));
    awaitNote("rates", WaitForSelectorState.VISIBLE);
    awaitNote("latencies", WaitForSelectorState.VISIBLE);
    page.awaitUpdates(1);
    assertThat(page.page.locator(".broken").count()).isEqualTo(2);
    page.page.unroute("**/api/v1/series");
    awaitNote("rates", WaitForSelectorState.DETACHED);
    awaitNote("latencies", WaitForSelectorState.DETACHED);
  }

  @Test
  void labelsOfLanesFitAWindowThatBecomesNarrow() throws Exception {
    page.page.evaluate(NOTE_LABELS);
    page.page.locator("#stream").scrollIntoViewIfNeeded();
    fixture.submit("echo", "x");
    page.page.waitForFunction("() => window.label?.width > 100");
    page.page.setViewportSize(Chrome.Look.PHONE.width(), Chrome.Look.PHONE.height());
    page.page.locator("#stream").scrollIntoViewIfNeeded();
    page.page.waitForFunction("() => window.label.width <= 80");
    assertThat((String) page.page.evaluate("() => window.label.text")).endsWith("…");
  }

  @Test
  void whatBeganBeforeThePageWasOpenedIsDrawnUntilItEnds() throws Exception {
    String id = fixture.submit("sleep", "300s");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> fixture.task(id).getString("state").equals("running"));
    try (StatusPage later = fixture.live()) {
      later.page.locator("#stream").scrollIntoViewIfNeeded();
      later.page.waitForSelector("#stream-legend :text('sleep')");
      String label = later.page.getAttribute("#stream canvas", "aria-label");
      assertThat(label).contains("attempt", " on 1 worker, 0 failed");
      fixture.api().post("/api/v1/tasks/" + id + "/cancel");
      later.page.waitForSelector("#stream canvas[aria-label$=' 1 failed']");
    }
  }

  @Test
  void attemptsOfOldAreForgottenWhileThePageIsHidden() {
    page.page.evaluate(HIDE);
    // One frame may have been asked for before.
    page.page.waitForFunction("() => window.times > 2", null, POLLED);
  }
}
