package dev.errand.systemtests;

import com.microsoft.playwright.Page;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What axe-core's default rules say of a page as it is now. */
final class Axe {

  private static final String RUN =
      "async () => JSON.stringify((await axe.run(document, {resultTypes: ['violations']}))"
          + ".violations)";

  private static final String SCRIPT = script();

  private Axe() {}

  private static String script() {
    try (InputStream script = Axe.class.getResourceAsStream("/axe.min.js")) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is wrong. */
  static List<String> violations(Page page) {
    page.evaluate("() => { " + SCRIPT + " }");
    return new JsonArray((String) page.evaluate(RUN))
        .stream().map(JsonObject.class::cast).map(Axe::tell).toList();
  }

  private static String tell(JsonObject violation) {
    StringBuilder text = new StringBuilder(violation.getString("id"));
    text.append(": ").append(violation.getString("help"));
    violation.getJsonArray("nodes").stream()
        .map(JsonObject.class::cast)
        .limit(3)
        .forEach(node -> text.append("\n  ").append(node.getString("html")));
    return text.toString();
  }
}
