package dev.errand.dispatcher.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.config.settings.HttpSettings;
import dev.errand.config.settings.HttpTokens;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The status page as it is served. */
class PageRoutesTest {

  private static final Pattern LINKED = Pattern.compile("(?:href|src)=\"(page/[^\"]+)\"");
  private static final Pattern IMPORTED = Pattern.compile("from '\\./([^']+)'");
  private static final Map<String, String> MEDIA =
      Map.of("js", "javascript", "css", "text/css", "svg", "image/svg+xml");

  private static GuardedDoor door() {
    HttpTokens tokens = HttpTokens.of(new JsonObject().put("0123456789abcdef", "admin"));
    return new GuardedDoor(new HttpSettings("127.0.0.1", 0, tokens, null, List.of()));
  }

  /** A browser asks for events on a connection on which it has got a file. */
  @Test
  void eventsBehindAFileGoOnAsLongAsOneListens() throws IOException {
    AtomicLong now = new AtomicLong();
    HttpSettings settings =
        new HttpSettings("127.0.0.1", 0, HttpTokens.of(new JsonObject()), null, List.of());
    try (GuardedDoor door = new GuardedDoor(settings, closed -> closed.admit(10, now::get));
        Socket socket = door.connect()) {
      socket.setSoTimeout(20_000);
      String both =
          "GET /page/main.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
              + "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
      socket.getOutputStream().write(both.getBytes(StandardCharsets.US_ASCII));
      BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      assertThat(figures(in, 3)).isEqualTo(3);
      now.set(60_000);
      assertThat(figures(in, 3)).isEqualTo(3);
    }
  }

  /** How often they came; fewer if the connection has ended before. */
  private static int figures(BufferedReader in, int most) throws IOException {
    int came = 0;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals("event: stats") && ++came == most) {
        break;
      }
    }
    return came;
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(MatchResult::group).distinct().toList();
  }

  private static List<String> linked(GuardedDoor door) {
    String page = door.request("GET", "/").send().body();
    return LINKED.matcher(page).results().map(found -> found.group(1)).distinct().toList();
  }

  @Test
  void everyoneGetsItAndItRunsNothingButItsOwnFiles() {
    try (GuardedDoor door = door()) {
      RawRequest.Answer page = door.request("GET", "/").send();
      assertThat(page.status()).isEqualTo(200);
      assertThat(page.headers().get("content-type")).startsWith("text/html");
      assertThat(page.headers().get("content-security-policy"))
          .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe", "*");
      assertThat(page.headers()).containsEntry("x-content-type-options", "nosniff");
      assertThat(found(Pattern.compile(" style=| on[a-z]+=|<script>|<style|://"), page.body()))
          .isEmpty();
    }
  }

  @Test
  void whatItNeedsIsThere() {
    try (GuardedDoor door = door()) {
      List<String> files = linked(door);
      assertThat(files).hasSizeGreaterThan(10);
      for (String file : files) {
        RawRequest.Answer answer = door.request("GET", "/" + file).send();
        assertThat(answer.status()).as(file).isEqualTo(200);
        String media = MEDIA.get(file.substring(file.lastIndexOf('.') + 1));
        assertThat(answer.headers().get("content-type")).as(file).contains(media);
        assertThat(answer.headers()).as(file).containsEntry("cache-control", "no-store");
        IMPORTED
            .matcher(answer.body())
            .results()
            .forEach(other -> assertThat(files).as(file).contains("page/" + other.group(1)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br, GZIP;q=0.5", "gzip;q=0", "identity", "br"})
  void whoeverTakesItPackedGetsItPacked(String encodings) throws IOException {
    try (GuardedDoor door = door();
        Socket socket = door.connect()) {
      String request =
          "GET /page/main.js HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
              + "Accept-Encoding: "
              + encodings
              + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readAllBytes();
      String text = new String(answer, StandardCharsets.ISO_8859_1);
      int body = text.indexOf("\r\n\r\n") + 4;
      boolean packed = encodings.toLowerCase(Locale.ROOT).matches(".*gzip(;q=0\\.5)?");
      assertThat(text.substring(0, body).contains("content-encoding: gzip")).isEqualTo(packed);
      InputStream in = new ByteArrayInputStream(answer, body, answer.length - body);
      String file = new String((packed ? new GZIPInputStream(in) : in).readAllBytes(), UTF_8);
      assertThat(file).isEqualTo(door.request("GET", "/page/main.js").send().body());
    }
  }

  @Test
  void noFileMakesTextToElements() {
    try (GuardedDoor door = door()) {
      for (String file : linked(door)) {
        if (!file.contains("uplot")) {
          assertThat(door.request("GET", "/" + file).send().body())
              .as(file)
              .doesNotContain(
                  "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/page/../logback.xml",
        "/page/%2e%2e/logback.xml",
        "/page/..%2f..%2flogback.xml",
        "/page/%5c..%5clogback.xml",
        "/page/nothing.js",
        "/page/.hidden",
      })
  void nothingElseIsThere(String path) {
    try (GuardedDoor door = door()) {
      RawRequest.Answer answer = door.request("GET", path).send();
      assertThat(answer.status()).as(answer.body()).isIn(400, 401, 404);
      assertThat(answer.problem()).isNotEmpty();
    }
  }
}
