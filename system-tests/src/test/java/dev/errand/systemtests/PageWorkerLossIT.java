package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever looks at the page sees within seconds that a worker has died. */
@Tag("debian")
class PageWorkerLossIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int TASKS = 6;

  /** The aim is 5 seconds; whoever runs this may be busy with other things. */
  private static final long MOST_MILLIS = 10_000;

  @TempDir Path folder;

  private static void awaitAll(PageFixture fixture, List<String> ids, String state) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              for (String id : ids) {
                if (!fixture.task(id).getString("state").equals(state)) {
                  return false;
                }
              }
              return true;
            });
  }

  private static List<String> ranBy(PageFixture fixture, List<String> ids, String worker)
      throws IOException {
    List<String> its = new ArrayList<>();
    for (String id : ids) {
      if (worker.equals(fixture.task(id).getString("worker"))) {
        its.add(id);
      }
    }
    return its;
  }

  @Test
  void aKilledWorkerIsShownAndItsTasksMove() throws Exception {
    try (PageFixture fixture = new PageFixture(folder)) {
      fixture.worker("staying");
      NodeProcess victim = fixture.worker("victim");
      String row = StatusPage.worker(fixture.workerId("victim"));
      try (StatusPage page = fixture.live()) {
        page.page.waitForSelector(row);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
          ids.add(fixture.submit("sleep", "8s"));
        }
        awaitAll(fixture, ids, "running");
        List<String> its = ranBy(fixture, ids, "victim");
        assertThat(its).isNotEmpty();
        page.awaitVerdict("healthy");
        victim.kill();
        long killed = System.nanoTime();
        page.page.waitForSelector(row + ".lost");
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
        System.out.printf("page: shows after %d ms that a worker was killed%n", millis);
        assertThat(millis).isLessThan(MOST_MILLIS);
        page.awaitVerdict("worker-lost");
        awaitAll(fixture, its, "succeeded");
        assertThat(ranBy(fixture, its, "staying")).isEqualTo(its);
        for (String id : its) {
          JsonObject task = fixture.task(id);
          assertThat(task.getInteger("attempt")).isEqualTo(2);
          page.showTask(id);
          page.page.waitForSelector("#task [data-event=lost] :text('victim')");
        }
      }
    }
  }
}
