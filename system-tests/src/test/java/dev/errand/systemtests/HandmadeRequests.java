package dev.errand.systemtests;

import static dev.errand.systemtests.WrongRequest.closed;
import static dev.errand.systemtests.WrongRequest.invalid;
import static dev.errand.systemtests.WrongRequest.problem;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/** Requests that are wrong in ways that no description has. */
final class HandmadeRequests {

  private static final String TASKS = "/api/v1/tasks";
  private static final String JSON = "application/json";
  private static final String RIGHT = "{\"type\":\"square\",\"payload\":7}";

  private static final String CHUNKED =
      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

  private final String token;
  private final HttpText post;
  private final List<WrongRequest> requests = new ArrayList<>();

  /**
   * Makes none yet.
   *
   * @param token that may do all
   */
  HandmadeRequests(String token) {
    this.token = token;
    this.post = HttpText.of("POST", TASKS).token(token);
  }

  List<WrongRequest> all() {
    halves();
    bodies();
    encodings();
    paths();
    queries();
    heads();
    lengths();
    garbage();
    return requests;
  }

  private void json(String name, String body) {
    requests.add(invalid(name, post.json(body), null));
  }

  private void bytes(String name, byte[] body) {
    requests.add(invalid(name, post.body(JSON, body), null));
  }

  private void bodies() {
    json("a body that is cut off", RIGHT.substring(0, RIGHT.length() - 1));
    json("a body that is cut off in a text", "{\"type\":\"squ");
    json("a second body behind the first", RIGHT + RIGHT);
    json("a bracket behind the body", RIGHT + "}");
    json("a word behind the body", RIGHT + " x");
    json("a comma too many", "{\"type\":\"square\",}");
    json("a comment", "{/* x */\"type\":\"square\"}");
    json("single quotes", "{'type':'square'}");
    json("a name without quotes", "{type:\"square\"}");
    json("a number that is none", "{\"type\":\"square\",\"payload\":NaN}");
    json("an infinite number", "{\"type\":\"square\",\"payload\":-Infinity}");
    json("a number with a zero in front", "{\"type\":\"square\",\"payload\":007}");
    json("a number that is cut off", "{\"type\":\"square\",\"payload\":1e}");
    json("a hexadecimal number", "{\"type\":\"square\",\"payload\":0x10}");
    json("an unknown escape", "{\"type\":\"square\",\"payload\":\"\\x41\"}");
    json("a cut escape", "{\"type\":\"square\",\"payload\":\"\\u00\"}");
    json("a line end in a text", "{\"type\":\"square\",\"payload\":\"a\nb\"}");
    json("a member twice", "{\"type\":\"square\",\"type\":\"echo\"}");
    json("a member twice by an escape", "{\"type\":\"square\",\"\\u0074ype\":\"echo\"}");
    json("a huge exponent", "{\"type\":\"square\",\"priority\":1e999999999}");
    json("a huge priority", "{\"type\":\"square\",\"priority\":" + "9".repeat(100_000) + "}");
    json("a long fraction", "{\"type\":\"square\",\"priority\":4." + "0".repeat(100_000) + "1}");
    json("a long name", "{\"" + "x".repeat(100_000) + "\":1}");
    json("a long type", "{\"type\":\"" + "x".repeat(1_000_000) + "\"}");
    json("many unknown members", "{" + many("\"m%d\":1", 10_000) + "}");
    json("many labels", "{\"type\":\"x\",\"require\":{" + many("\"l%d\":\"x\"", 10_000) + "}}");
    for (int depth : new int[] {1_000, 100_000}) {
      json(depth + " brackets", "[".repeat(depth));
      json(depth + " brackets in brackets", "[".repeat(depth) + "]".repeat(depth));
      json(depth + " objects", "{\"a\":".repeat(depth) + "1" + "}".repeat(depth));
      json(
          "a payload of " + depth + " levels",
          "{\"type\":\"square\",\"payload\":" + "[".repeat(depth) + "]".repeat(depth) + "}");
      json(
          "an unknown member of " + depth + " levels",
          "{\"type\":\"square\",\"deep\":" + "[".repeat(depth) + "]".repeat(depth) + "}");
    }
    requests.add(
        problem("a body larger than allowed", post.json("[" + " ".repeat(3_000_000) + "]")));
    requests.add(
        problem(
            "a payload larger than allowed",
            post.json("{\"type\":\"square\",\"payload\":\"" + "x".repeat(1_048_576) + "\"}")));
  }

  private static String many(String form, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ",").append(String.format(form, i));
    }
    return text.toString();
  }

  private void encodings() {
    for (String name : List.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32")) {
      bytes("a body in " + name, RIGHT.getBytes(Charset.forName(name)));
    }
    bytes("a byte order mark", ("\ufeff" + RIGHT).getBytes(StandardCharsets.UTF_8));
    bytes("a zero byte in a text", "{\"type\":\"squ\0are\"}".getBytes(StandardCharsets.UTF_8));
    bytes("a zero byte behind", (RIGHT + "\0").getBytes(StandardCharsets.UTF_8));
    bytes("zero bytes alone", new byte[100]);
    int[][] wrong = {
      {0xff},
      {0xc0, 0x80},
      {0xc3},
      {0xe2, 0x82},
      {0xed, 0xa0, 0x80},
      {0xf4, 0x90, 0x80, 0x80},
      {0xf8, 0x88, 0x80, 0x80, 0x80},
      {0x80}
    };
    for (int[] sequence : wrong) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      body.writeBytes("{\"type\":\"square\",\"payload\":\"".getBytes(StandardCharsets.UTF_8));
      for (int each : sequence) {
        body.write(each);
      }
      body.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
      bytes("no UTF-8: " + Integer.toHexString(sequence[0]), body.toByteArray());
    }
    requests.add(
        problem("a packed body", post.with("Content-Encoding: gzip").body(JSON, packed(RIGHT))));
    bytes("a packed body that does not say so", packed(RIGHT));
  }

  private static byte[] packed(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void paths() {
    for (String path :
        List.of(
            "/../nothing",
            "/../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/..%2fetc%2fpasswd",
            "/..%5c..%5cetc",
            "/....//etc/passwd",
            "/openapi.yaml/../../conf",
            "/openapi.yaml%00.txt",
            "/api",
            "/api/v1",
            "/api/v1/",
            "/api/v2/tasks",
            "/API/V1/TASKS",
            TASKS + "/%00",
            TASKS + "/%2e%2e",
            TASKS + "/..%2f..%2fopenapi.yaml",
            TASKS + "/%",
            TASKS + "/%zz",
            TASKS + "/%c3",
            TASKS + "/%ff%fe",
            TASKS + "/x/history/y",
            TASKS + "/x;y=1",
            TASKS + "/" + "x".repeat(4_000),
            TASKS + "/x/y/z/" + "a/".repeat(1_000),
            "/api/v1/types/%2e%2e%2f",
            "/api/v1/types/a%00b",
            "/api/v1/batches/%0d%0aX:y",
            "/api/v1/batches/x/results/",
            "/actuator",
            "/.git/config",
            "/favicon.ico")) {
      requests.add(problem("GET " + path, HttpText.of("GET", path).token(token)));
    }
    requests.add(problem("GET * ", HttpText.of("GET", "*").token(token)));
    requests.add(problem("OPTIONS *", HttpText.of("OPTIONS", "*").token(token)));
    requests.add(problem("CONNECT", HttpText.of("CONNECT", "example.org:443").token(token)));
  }

  private void queries() {
    for (String query :
        List.of(
            "limit=%",
            "limit=%zz",
            "%=1",
            "type=%ff",
            "type=%00",
            "limit",
            "&limit=x&",
            "limit[]=1",
            "limit=1&limit=1",
            "limit=1;limit=2",
            "cursor=" + "x".repeat(4_000))) {
      requests.add(
          problem("GET with ?" + query, HttpText.of("GET", TASKS + "?" + query).token(token)));
    }
  }

  private void heads() {
    HttpText get = HttpText.of("GET", "/api/v1/stats").token(token);
    requests.add(closed("a long first line", get.at("/" + "x".repeat(100_000)).bytes()));
    requests.add(closed("a long header", get.with("X-Long: " + "x".repeat(100_000)).bytes()));
    HttpText many = get;
    for (int i = 0; i < 2_000; i++) {
      many = many.with("X-Header-" + i + ": " + i);
    }
    requests.add(closed("many headers", many.bytes()));
    requests.add(closed("a long name of a header", get.with("x".repeat(50_000) + ": 1").bytes()));
    requests.add(closed("many cookies", get.with("Cookie: " + "a=b; ".repeat(10_000)).bytes()));
    requests.add(closed("a header without a colon", get.with("nonsense").bytes()));
    requests.add(closed("a space in a header's name", get.with("X Y: z").bytes()));
    requests.add(closed("a zero byte in a header", get.with("X: a\0b").bytes()));
    requests.add(closed("a folded header before all others", "GET / HTTP/1.1\r\n X: y\r\n\r\n"));
    requests.add(closed("another host", raw("Host: evil.example.org\r\n")));
    requests.add(closed("no host", raw("")));
    requests.add(closed("an empty host", raw("Host: \r\n")));
    requests.add(closed("a host that is none", "GET / HTTP/1.1\r\nHost: a b:c:d\r\n\r\n"));
    requests.add(
        closed("two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"));
    requests.add(
        problem("a page of another site", post.with("Origin: http://evil.example").json(RIGHT)));
    for (String credentials :
        List.of(
            "",
            "Bearer",
            "Bearer ",
            "Basic YTpi",
            "Bearer nobody",
            "Bearer " + "x".repeat(5_000),
            "Bearer a b",
            "bearer\t" + "x")) {
      requests.add(
          problem(
              "credentials '" + credentials.substring(0, Math.min(20, credentials.length())) + "'",
              HttpText.of("GET", TASKS).with("Authorization: " + credentials)));
    }
    requests.add(
        problem("a cookie of nobody", HttpText.of("GET", TASKS).with("Cookie: errand=nobody")));
  }

  private String raw(String host) {
    return "GET /api/v1/stats HTTP/1.1\r\n" + host + "Authorization: Bearer " + token + "\r\n\r\n";
  }

  private String head(String method, String target, String version) {
    return method
        + " "
        + target
        + " "
        + version
        + "\r\nHost: localhost\r\nAuthorization: Bearer "
        + token
        + "\r\n";
  }

  private String begin() {
    return head("POST", TASKS, "HTTP/1.1");
  }

  private void lengths() {
    String json = "Content-Type: application/json\r\n";
    String body = "{\"type\":\"\"}";
    for (String length :
        List.of("-1", "x", "1,2", "99999999999999999999", "0x10", "+12", "1 2", "1.5", "")) {
      String line = "Content-Length: " + length + "\r\n\r\n";
      requests.add(closed("a length of '" + length + "'", begin() + json + line + body));
    }
    String right = "Content-Length: " + body.length() + "\r\n";
    requests.add(
        closed("two lengths", begin() + json + right + "Content-Length: 3\r\n\r\n" + body));
    requests.add(
        closed(
            "a length and chunks", begin() + right + CHUNKED + "c\r\n" + body + "\r\n0\r\n\r\n"));
    requests.add(
        closed("a length less than the body", begin() + json + "Content-Length: 3\r\n\r\n" + body));
    for (String size :
        List.of("-1", "x", "", "ffffffffffffffff", "fffffffff", "5;" + "x".repeat(20_000))) {
      String cut = size.length() > 20 ? size.substring(0, 20) : size;
      requests.add(
          closed("a chunk of '" + cut + "'", begin() + CHUNKED + size + "\r\nhello\r\n0\r\n\r\n"));
    }
    requests.add(
        closed("a chunk with more than it says", begin() + CHUNKED + "2\r\nhello\r\n0\r\n\r\n"));
    requests.add(closed("chunks that are no JSON", begin() + CHUNKED + "5\r\nhello\r\n0\r\n\r\n"));
    requests.add(
        closed(
            "a long trailer", begin() + CHUNKED + "0\r\nX: " + "x".repeat(100_000) + "\r\n\r\n"));
    for (String coding : List.of("gzip, chunked", "chunked, identity", "nonsense", "xchunked")) {
      requests.add(
          closed(
              "the transfer encoding " + coding,
              begin() + json + "Transfer-Encoding: " + coding + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
    }
    requests.add(
        closed(
            "an expectation that nobody knows",
            begin() + json + "Expect: nonsense\r\n" + right + "\r\n" + body));
    requests.add(
        closed(
            "an expectation and a body that is wrong",
            begin() + json + "Expect: 100-continue\r\n" + right + "\r\n",
            body));
    requests.add(
        closed(
            "an expectation and a body that is too large",
            begin() + json + "Expect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n"));
    requests.add(
        closed(
            "a body that is far too large",
            begin() + json + "Content-Length: 99999999999\r\n\r\n",
            body));
  }

  private void garbage() {
    byte[] bytes = new byte[4_096];
    new SplittableRandom(7).nextBytes(bytes);
    requests.add(closed("bytes by chance", bytes));
    requests.add(closed("zero bytes", new byte[4_096]));
    requests.add(closed("line ends", "\r\n".repeat(10_000)));
    requests.add(closed("a line without end", "x".repeat(100_000)));
    requests.add(closed("HTTP/0.9", "GET /\r\n"));
    requests.add(closed("HTTP/0.9 with an empty line", "GET /\r\n\r\n"));
    requests.add(closed("HTTP/9.9", head("GET", "/nothing", "HTTP/9.9") + "\r\n"));
    requests.add(closed("no version of HTTP", head("GET", "/nothing", "NONSENSE") + "\r\n"));
    requests.add(closed("HTTP/1.0 without a host", "GET /nothing HTTP/1.0\r\n\r\n"));
    requests.add(closed("the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    requests.add(
        closed(
            "an offer of HTTP/2",
            head("GET", "/nothing", "HTTP/1.1")
                + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"));
    requests.add(
        closed(
            "an offer of a WebSocket",
            head("GET", "/nothing", "HTTP/1.1")
                + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
    byte[] hello = {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0, 0x0a, 0x0a};
    requests.add(closed("TLS", hello));
    requests.add(closed("SSH", "SSH-2.0-OpenSSH_9.2\r\n"));
    requests.add(closed("a mail server's greeting", "EHLO example.org\r\n"));
    requests.add(closed("a lower-case method", head("get", "/nothing", "HTTP/1.1") + "\r\n"));
    requests.add(closed("a method with brackets", head("(GET)", "/", "HTTP/1.1") + "\r\n"));
    requests.add(closed("a long method", head("X".repeat(10_000), "/", "HTTP/1.1") + "\r\n"));
    requests.add(closed("no target", "GET HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    requests.add(closed("a target with a space", head("GET", "/a b", "HTTP/1.1") + "\r\n"));
    requests.add(
        closed("a target that is not ASCII", head("GET", "/\u00fc\u00ff", "HTTP/1.1") + "\r\n"));
    requests.add(closed("a target that is no path", head("GET", "nonsense", "HTTP/1.1") + "\r\n"));
    requests.add(
        closed(
            "line ends without returns",
            head("GET", "/nothing", "HTTP/1.1").replace("\r", "") + "\n"));
    requests.add(
        closed(
            "returns without line ends",
            head("GET", "/nothing", "HTTP/1.1").replace("\n", "") + "\r"));
  }

  /** The caller falls silent, and is not waited for for ever. */
  private void halves() {
    requests.add(closed("silence", ""));
    requests.add(closed("half a first line", "GET /api/v1/st"));
    requests.add(closed("half a head", begin()));
    requests.add(
        closed(
            "no body", begin() + "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n"));
    requests.add(
        closed(
            "half a body",
            begin() + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n" + RIGHT));
    requests.add(closed("half a chunk", begin() + CHUNKED + "64\r\n" + RIGHT));
    requests.add(closed("chunks without end", begin() + CHUNKED + "2\r\n{}\r\n"));
    requests.add(
        closed(
            "half a body of a wrong type",
            begin() + "Content-Type: text/plain\r\nContent-Length: 100\r\n\r\n" + RIGHT));
    requests.add(
        closed(
            "half a body for nobody",
            head("POST", "/nothing", "HTTP/1.1") + "Content-Length: 100\r\n\r\n" + RIGHT));
    requests.add(closed("a head byte by byte", (begin() + "X: " + "x".repeat(300)).split("")));
  }
}
