package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.command.NodeProcess;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page that stays open while its dispatcher does not. */
@Tag("debian")
class PageRestartIT {

  /** Where the parts of the page are. */
  private static final String PLACES =
      "() => [...document.querySelectorAll('section')]"
          + ".map(each => Math.round(each.getBoundingClientRect().top)).join(' ')";

  /** A busy machine may be late by some of the figures that come each second. */
  private static final long LEAST_SILENCE_MILLIS = 8_000;

  @TempDir Path folder;

  @Test
  void itSaysThatTheDispatcherIsGoneAndGoesOnByItselfWhenItIsBack() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(folder);
        Chrome chrome = new Chrome()) {
      JsonObject conf = cluster.dispatcherConf().put("store", cluster.diskStore("store"));
      conf.getJsonObject("http").put("port", ProcessCluster.freePort());
      NodeProcess dispatcher = cluster.dispatcher(conf);
      cluster.worker("worker");
      HttpApi api = new HttpApi(cluster.port(), null);
      api.run("square", 7);
      assertThat(api.run("square", "no number").getString("state")).isEqualTo("failed");
      String url = "http://127.0.0.1:" + cluster.port() + "/";
      try (StatusPage page = new StatusPage(chrome.person(Chrome.Look.PHONE), url).live()) {
        page.awaitUpdates(1);
        page.awaitVerdict("healthy");
        for (String signal : new String[] {"KILL", "TERM"}) {
          StatusPage.Shown before = page.shown();
          assertThat(before.books().succeeded()).isPositive();
          Object places = page.page.evaluate(PLACES);
          ProcessCluster.signal(dispatcher, signal);
          long ended = System.nanoTime();
          page.page.waitForSelector("#connection[data-state=lost]");
          System.out.printf("page: says after %d ms that the dispatcher is gone%n", since(ended));
          assertThat(page.page.isVisible("#connection")).isTrue();
          assertThat(page.text("#connection")).isNotBlank();
          page.awaitVerdict("unknown");
          assertThat(page.text("#verdict")).contains("Unknown: ", "has not answered since ");
          assertThat(page.page.title()).isEqualTo("? Errand");
          assertThat(page.page.isVisible("#sum")).isFalse();
          // What was there is still there, in its place.
          assertThat(page.shown().books()).isEqualTo(before.books());
          assertThat(page.page.evaluate(PLACES)).isEqualTo(places);
          page.screenshot("lost-" + signal.toLowerCase(Locale.ROOT));
          dispatcher.awaitEnd(20);
          dispatcher = cluster.dispatcher(conf);
          long back = System.nanoTime();
          page.page.waitForSelector("#connection[data-state=live]");
          page.awaitUpdates(1);
          System.out.printf(
              "page: shows figures %d ms after the dispatcher is back%n", since(back));
          page.awaitVerdict("healthy");
          assertThat(page.page.title()).isEqualTo("✓ Errand");
          assertThat(page.page.isVisible("#sum")).isTrue();
          api.run("square", 8);
          page.awaitUpdates(2);
          StatusPage.Shown after = page.shown();
          assertThat(after.books().succeeded()).isEqualTo(before.books().succeeded() + 1);
          assertThat(after.books())
              .isEqualTo(Books.of(api.get("/api/v1/stats?seq=" + after.seq()).json()));
        }
        // The failure is of before.
        page.page.waitForSelector("#failures-empty:visible");
        page.page.click("#failures-kept:text('1 failed before')");
        page.page.waitForSelector("#tasks :text('failed')");
        assertThat(page.page.isVisible("[data-sweep=retry]")).isTrue();
        // Nothing closes the connection of a process that only stands still.
        page.awaitUpdates(1);
        ProcessCluster.signal(dispatcher, "STOP");
        long stopped = System.nanoTime();
        page.page.waitForSelector("#connection[data-state=lost]");
        System.out.printf("page: says after %d ms that the dispatcher is silent%n", since(stopped));
        assertThat(since(stopped)).isGreaterThan(LEAST_SILENCE_MILLIS);
        page.awaitVerdict("unknown");
        ProcessCluster.signal(dispatcher, "CONT");
        page.live();
        page.page.waitForSelector("#verdict:not([data-code=unknown])");
      }
    }
  }

  private static long since(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
