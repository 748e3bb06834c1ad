package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import dev.errand.protocol.TaskRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How the page looks on a desk, a tablet and a phone: screenshots are kept, nothing is cut or
 * jumps, and everybody can use it.
 */
@Tag("debian")
class PageLookIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final double MOST_SHIFT = 0.05;
  private static final int CROWD = 1_000;
  private static final int UPDATES = 4;

  @TempDir Path folder;

  /** All that is wrong is told, not only the first. */
  private final SoftAssertions found = new SoftAssertions();

  @AfterEach
  void nothingIsWrong() {
    found.assertAll();
  }

  @Test
  void emptyStuckAndBusy() throws Exception {
    try (PageFixture fixture = new PageFixture(folder)) {
      try (Views views = new Views(fixture)) {
        views.lookWell("empty");
        for (StatusPage page : views.pages.values()) {
          found.assertThat(page.text("#stream-note")).startsWith("nothing runs");
        }
      }
      NodeProcess lost = fixture.worker("render-3");
      for (int i = 0; i < 312; i++) {
        get(fixture.cluster.client().submit(TaskRequest.of("resize/image", new JsonObject())));
      }
      JsonObject wish = new JsonObject().put("paused", true).put("limit", 1_000);
      fixture.api().json("PUT", "/api/v1/types/square", wish);
      await().atMost(PATIENCE).until(() -> verdict(fixture).equals("no-worker"));
      try (Views views = new Views(fixture)) {
        views.lookWell("stuck");
      }
      fixture.api().post("/api/v1/tasks/cancel?type=resize/image");
      fixture.worker("render-1");
      fixture.worker("render-2");
      for (String why :
          new String[] {"no route to 10.1.2.3", "the disk is full", "no such image"}) {
        for (int i = 0; i < 5; i++) {
          fixture.submit(RefusingHandler.TYPE, why);
        }
      }
      for (int i = 0; i < 20; i++) {
        fixture.submit("sleep", "20s");
      }
      lost.kill();
      try (PacedLoad load = new PacedLoad(fixture.cluster.client(), 2_000)) {
        await().atMost(PATIENCE).until(() -> load.done() > 5_000);
        String failed = fixture.submit(RefusingHandler.TYPE, "this can't be done");
        await()
            .atMost(PATIENCE)
            .until(() -> fixture.task(failed).getString("state").equals("failed"));
        try (Views views = new Views(fixture)) {
          views.lookWell("busy");
          views.taskLooksWell(failed, "task-failed");
          views.taskLooksWell(fixture.submit("sleep", "30s"), "task-running");
          views.questionLooksWell("dialog");
        }
      }
    }
  }

  @Test
  void thousandWorkers() throws Exception {
    try (PageFixture fixture = new PageFixture(folder);
        WorkerCrowd crowd = new WorkerCrowd(fixture.cluster, CROWD)) {
      crowd.awaitKnown(fixture);
      try (PacedLoad load = new PacedLoad(fixture.cluster.client(), 2_000)) {
        await().atMost(PATIENCE).until(() -> load.done() > 10_000);
        try (Views views = new Views(fixture)) {
          views.lookWell("thousand-workers");
        }
      }
    }
  }

  @Test
  void signIn() throws Exception {
    JsonObject conf = HttpApi.withTokens(new JsonObject().put("http", new JsonObject()));
    try (PageFixture fixture = new PageFixture(folder, conf)) {
      for (Chrome.Look look : Chrome.Look.ALL) {
        for (Chrome.Look each : new Chrome.Look[] {look, look.inTheDark()}) {
          try (StatusPage page = fixture.open(each)) {
            page.page.waitForSelector("#signin input[type=password]");
            fits(page, "sign-in-" + each);
          }
        }
      }
    }
  }

  private static String verdict(PageFixture fixture) throws IOException {
    return fixture.api().get("/api/v1/stats").json().getJsonObject("verdict").getString("code");
  }

  /** The page in all windows at once, so that what is waited for is waited for once. */
  private final class Views implements AutoCloseable {

    private final Map<Chrome.Look, StatusPage> pages = new LinkedHashMap<>();

    Views(PageFixture fixture) {
      for (Chrome.Look look : Chrome.Look.ALL) {
        for (Chrome.Look each : new Chrome.Look[] {look, look.inTheDark()}) {
          pages.put(each, fixture.open(each));
        }
      }
      pages.values().stream()
          .map(page -> page.live().countUpdates(UPDATES))
          .toList()
          .forEach(Runnable::run);
    }

    void lookWell(String state) {
      pages.forEach(
          (look, page) -> {
            fits(page, state + "-" + look);
            JsonObject seen = page.seen();
            double shift = seen.getDouble("shift");
            System.out.printf("page, %s-%s: layout shift %.4f%n", state, look, shift);
            found
                .assertThat(shift)
                .as("layout shift of %s-%s: %s", state, look, seen.getJsonArray("shifts"))
                .isLessThan(MOST_SHIFT);
          });
    }

    void taskLooksWell(String id, String name) {
      pages.forEach(
          (look, page) -> {
            page.showTask(id);
            page.page.waitForSelector("#task :text('" + id + "')");
            fits(page, name + "-" + look);
          });
    }

    void questionLooksWell(String name) {
      for (Chrome.Look each : new Chrome.Look[] {Chrome.Look.DESK, Chrome.Look.PHONE.inTheDark()}) {
        StatusPage page = pages.get(each);
        page.page.click(StatusPage.action("#task", "close"));
        page.page.locator(StatusPage.action("#workers", "drain") + ":visible").first().click();
        page.page.waitForSelector(StatusPage.ASKED);
        fits(page, name + "-" + each);
      }
    }

    @Override
    public void close() {
      pages.values().forEach(StatusPage::close);
    }
  }

  /** Keeps a screenshot, then checks. */
  private void fits(StatusPage page, String name) {
    page.screenshot(name);
    found.assertThat(page.sideways()).as("pixels by which %s is too wide", name).isNotPositive();
    found.assertThat(page.tooWide()).as("what reaches beyond the window of %s", name).isEmpty();
    found.assertThat(Axe.violations(page.page)).as("what axe-core finds in %s", name).isEmpty();
  }
}
