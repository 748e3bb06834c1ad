package dev.errand.systemtests;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Debian's Chromium, without a window. For the thread that made it. */
final class Chrome implements AutoCloseable {

  private static final Path EXECUTABLE = Path.of("/usr/bin/chromium");

  /** With this, the large bundle of all platforms' Node.js is not needed. */
  private static final String NODE = "/usr/bin/node";

  private static final double PATIENCE_MILLIS = 20_000;

  private static final Map<String, String> ENVIRONMENT =
      Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1", "PLAYWRIGHT_NODEJS_PATH", NODE);

  private final Playwright playwright;
  private final Browser browser;

  Chrome() {
    playwright = Playwright.create(new Playwright.CreateOptions().setEnv(ENVIRONMENT));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(EXECUTABLE)
                    // The tests are root, whom it does not trust with a sandbox.
                    .setArgs(List.of("--no-sandbox")));
  }

  /**
   * A window as a person sees it.
   *
   * @param width in CSS pixels
   * @param dark whether the person likes it dark
   */
  record Look(int width, int height, boolean dark) {

    static final Look DESK = new Look(1440, 900, false);
    static final Look TABLET = new Look(1024, 768, false);
    static final Look PHONE = new Look(390, 844, false);
    static final List<Look> ALL = List.of(DESK, TABLET, PHONE);

    Look inTheDark() {
      return new Look(width, height, true);
    }

    @Override
    public String toString() {
      return width + (dark ? "-dark" : "-light");
    }
  }

  /** A window of somebody who was never here: without cookies, with nothing in its cache. */
  BrowserContext person(Look look) {
    BrowserContext person =
        browser.newContext(
            new Browser.NewContextOptions()
                .setViewportSize(look.width(), look.height())
                .setColorScheme(look.dark() ? ColorScheme.DARK : ColorScheme.LIGHT));
    person.setDefaultTimeout(PATIENCE_MILLIS);
    return person;
  }

  /** Processor time so far of its processes of that type, such as {@code renderer}. */
  static Duration processorTime(String type) {
    return processes()
        .filter(each -> commandLine(each).contains("--type=" + type))
        .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** The handle itself does not tell long ones. */
  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", "" + process.pid(), "cmdline"));
    } catch (IOException e) {
      return "";
    }
  }

  /** The same of all its processes. */
  static Duration processorTime() {
    return processes()
        .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static Stream<ProcessHandle> processes() {
    return ProcessHandle.current()
        .descendants()
        .filter(each -> each.info().command().orElse("").contains("chromium"));
  }

  @Override
  public void close() {
    playwright.close();
  }
}
