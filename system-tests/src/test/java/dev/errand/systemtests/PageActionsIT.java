package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.errand.command.NodeProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page offers does what it says: by clicks, and by keys alone. */
@Tag("debian")
class PageActionsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String LAST_FAILURE = "#failures tbody tr:first-child";
  private static final String ECHO = "/api/v1/types/echo";

  @TempDir static Path folder;

  private static PageFixture fixture;
  private StatusPage page;

  @BeforeAll
  static void begins() throws Exception {
    fixture = new PageFixture(folder);
    fixture.worker("staying");
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

  /** The browser is for this thread alone. */
  private static void awaitThat(Callable<Boolean> condition) {
    await().pollInSameThread().atMost(PATIENCE).until(condition);
  }

  private static JsonObject echo() throws IOException {
    return fixture.api().get(ECHO).json();
  }

  @Test
  void aTypeIsPausedAndLetGoOn() throws Exception {
    for (Hand hand : Hand.values()) {
      hand.press(page, StatusPage.action(StatusPage.type("echo"), "pause"), true);
      awaitThat(() -> echo().getBoolean("paused"));
      String waiting = fixture.submit("echo", "x");
      hand.press(page, StatusPage.action(StatusPage.type("echo"), "resume"), true);
      awaitThat(() -> !echo().getBoolean("paused"));
      awaitThat(() -> fixture.task(waiting).getString("state").equals("succeeded"));
    }
  }

  @Test
  void aTypeIsLimited() throws Exception {
    for (Hand hand : Hand.values()) {
      hand.press(page, StatusPage.action(StatusPage.type("echo"), "limit"));
      hand.goTo(page, StatusPage.ASKED + " input");
      Hand.write(page, "" + (3 + hand.ordinal()));
      hand.answer(page, true);
      awaitThat(() -> echo().getInteger("limit") == 3 + hand.ordinal());
    }
  }

  @Test
  void aWorkerIsDrained() throws Exception {
    for (Hand hand : Hand.values()) {
      NodeProcess leaving = fixture.worker("leaving-" + hand);
      String drain =
          StatusPage.action(StatusPage.worker(fixture.workerId("leaving-" + hand)), "drain");
      hand.press(page, drain, false);
      assertThat(fixture.workers()).noneMatch(each -> each.getBoolean("draining"));
      hand.press(page, drain, true);
      assertThat(leaving.awaitEnd(PATIENCE.toSeconds())).isZero();
      awaitThat(() -> fixture.workers().size() == 1);
    }
  }

  @Test
  void failuresAreRetried() throws Exception {
    for (Hand hand : Hand.values()) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        ids.add(fixture.submit(RefusingHandler.TYPE, "this is not for " + hand));
      }
      awaitThat(() -> ids.stream().allMatch(id -> state(id).equals("failed")));
      page.page.waitForSelector(LAST_FAILURE + " :text('this is not for " + hand + "')");
      assertThat(page.text("#failures-count")).contains("# stands for a number");
      hand.press(page, StatusPage.action(LAST_FAILURE, "retry-one"));
      assertThat(page.text("#ask")).contains("Retry the last task", "Retry").doesNotContain("Try ");
      hand.answer(page, true);
      awaitThat(() -> ids.stream().filter(PageActionsIT::isRetried).count() == 1);
      awaitThat(() -> ids.stream().allMatch(id -> state(id).equals("failed")));
      hand.press(page, StatusPage.action(LAST_FAILURE, "retry-all"), true);
      awaitThat(() -> ids.stream().allMatch(PageActionsIT::isRetried));
      // Or they would be the last failures while the next hand looks for its own.
      awaitThat(() -> ids.stream().allMatch(id -> state(id).equals("failed")));
    }
  }

  private static String state(String id) {
    try {
      return fixture.task(id).getString("state");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isRetried(String id) {
    try {
      return fixture
          .api()
          .get("/api/v1/tasks/" + id + "/history")
          .json()
          .getJsonArray("events")
          .stream()
          .map(JsonObject.class::cast)
          .anyMatch(event -> event.getString("event").equals("retried"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aTaskIsFoundAndCancelledAndRetried() throws Exception {
    for (Hand hand : Hand.values()) {
      String id = fixture.submit("sleep", "60s");
      awaitThat(() -> state(id).equals("running"));
      hand.goTo(page, "#search");
      Hand.write(page, id);
      page.page.keyboard().press("Enter");
      page.page.waitForSelector("#task[open] :text('" + id + "')");
      assertThat(page.page.url()).endsWith("#task=" + id);
      hand.press(page, StatusPage.action("#task", "cancel"), true);
      awaitThat(() -> state(id).equals("cancelled"));
      hand.press(page, StatusPage.action("#task", "retry"), true);
      awaitThat(() -> state(id).equals("running"));
      assertThat(isRetried(id)).isTrue();
      fixture.api().post("/api/v1/tasks/" + id + "/cancel");
      page.page.keyboard().press("Escape");
      page.page.waitForSelector(
          "#task", new Page.WaitForSelectorOptions().setState(WaitForSelectorState.HIDDEN));
    }
  }
}
