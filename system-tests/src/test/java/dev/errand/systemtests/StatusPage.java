package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The status page in a person's window, by the names that its elements have. For the thread that
 * made it.
 */
final class StatusPage implements AutoCloseable {

  private static final Path SCREENSHOTS =
      ProcessCluster.root().resolve("system-tests/target/screenshots");
  private static final int TALLEST_SCREENSHOT = 6_000;
  private static final String FIGURES =
      """
      () => {
        const places = [...document.querySelectorAll('[data-figure]')];
        const all = of => Object.fromEntries(places.map(each => [each.dataset.figure, of(each)]));
        return JSON.stringify({
          seq: Number(document.documentElement.dataset.seq),
          values: all(each => Number(each.dataset.value)),
          texts: all(each => Number(each.textContent.replaceAll(',', ''))),
        });
      }
      """;
  private static final String UPDATES =
      """
      count => ({come: new Promise(done => new MutationObserver((changes, observer) => {
        if (--count === 0) {
          observer.disconnect();
          done();
        }
      }).observe(document.documentElement, {attributeFilter: ['data-seq']}))})
      """;

  /** The dialog that asks whether one is sure. */
  static final String ASKED = "dialog[open]:has([value=yes])";

  final Page page;
  private final BrowserContext person;
  private final List<String> faults = new ArrayList<>();

  /** Opens it; waits for nothing. */
  StatusPage(BrowserContext person, String url) {
    this.person = person;
    person.addInitScript(script("observe.js"));
    page = person.newPage();
    page.onPageError(error -> faults.add("script failed: " + error));
    page.onDialog(
        dialog -> {
          faults.add("dialog: " + dialog.message());
          dialog.dismiss();
        });
    page.navigate(url);
  }

  /** A script of the tests. */
  static String script(String name) {
    try (InputStream in = StatusPage.class.getResourceAsStream("/page/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What went wrong in it so far: its scripts' failures, and dialogs that it never opens itself.
   */
  List<String> faults() {
    return List.copyOf(faults);
  }

  /** What the observing script has noted. */
  JsonObject seen() {
    return new JsonObject((String) page.evaluate("() => JSON.stringify(window.seenByTest)"));
  }

  /** Waits until it shows figures. */
  StatusPage live() {
    page.waitForSelector("#connection[data-state=live]");
    page.waitForFunction("() => Number(document.documentElement.dataset.seq) > 0");
    return this;
  }

  /** Waits until other figures have come so many times; costs the page nothing meanwhile. */
  void awaitUpdates(int count) {
    countUpdates(count).run();
  }

  /** Begins to count them; what it gives waits until so many have come. */
  Runnable countUpdates(int count) {
    JSHandle updates = page.evaluateHandle(UPDATES, count);
    return () -> updates.evaluate("updates => updates.come");
  }

  /**
   * What it shows.
   *
   * @param seq number of the statistics
   */
  record Shown(long seq, Books books) {}

  /** What it shows at this moment. */
  Shown shown() {
    JsonObject now = new JsonObject((String) page.evaluate(FIGURES));
    Books books = Books.of(now.getJsonObject("values"));
    assertThat(Books.of(now.getJsonObject("texts"))).isEqualTo(books);
    return new Shown(now.getLong("seq"), books);
  }

  /** Code of the verdict; null: it shows none. */
  String verdict() {
    return page.getAttribute("#verdict", "data-code");
  }

  /** Waits until the verdict has that code. */
  void awaitVerdict(String code) {
    page.waitForSelector("#verdict[data-code=" + code + "]");
  }

  /** The row of a type. */
  static String type(String type) {
    return "#types tr[data-type=\"" + type + "\"]";
  }

  /** The row of a worker. */
  static String worker(String id) {
    return "#workers tr[data-worker=\"" + id + "\"]";
  }

  /** A button of what is there. */
  static String action(String at, String action) {
    return at + " [data-action=\"" + action + "\"]";
  }

  /** Shows the view of a task. */
  void showTask(String id) {
    page.evaluate("id => { location.hash = '#task=' + id; }", id);
    page.waitForSelector("#task[open]");
  }

  /** Whether anything of that kind is there. */
  boolean has(String selector) {
    return page.locator(selector).count() > 0;
  }

  /** Its text, as a person reads it. */
  String text(String selector) {
    Locator found = page.locator(selector);
    return String.join("\n", found.allInnerTexts());
  }

  /** Elements that reach beyond the window's sides. */
  List<?> tooWide() {
    return (List<?>) page.evaluate(script("wide.js"));
  }

  /** How much wider the page is than the window, in CSS pixels. */
  int sideways() {
    return (int)
        page.evaluate(
            "() => { const all = document.scrollingElement; return all.scrollWidth -"
                + " all.clientWidth; }");
  }

  /** Keeps how it looks, as a file of that name. */
  void screenshot(String name) {
    if (page.isVisible("#stream")) {
      // It is drawn while it is seen, and then says what it shows.
      page.locator("#stream").scrollIntoViewIfNeeded();
      page.waitForSelector("#stream canvas:not([aria-label^=Attempts])");
      page.evaluate("() => scrollTo(0, 0)");
    }
    int height = (int) page.evaluate("() => document.scrollingElement.scrollHeight");
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(SCREENSHOTS.resolve(name + ".png"))
            .setFullPage(height <= TALLEST_SCREENSHOT));
  }

  /** The longest of what the observing script has noted there since then, in milliseconds. */
  static double longest(JsonArray entries, double since) {
    return entries.stream()
        .map(JsonObject.class::cast)
        .filter(entry -> entry.getDouble("at") >= since)
        .mapToDouble(entry -> entry.getDouble("millis"))
        .max()
        .orElse(0);
  }

  /** Closes the window; nothing may have gone wrong in it. */
  @Override
  public void close() {
    JsonArray refused = seen().getJsonArray("refused");
    person.close();
    assertThat(faults).isEmpty();
    assertThat(refused).as("what the page's own policy refused").isEmpty();
  }
}
