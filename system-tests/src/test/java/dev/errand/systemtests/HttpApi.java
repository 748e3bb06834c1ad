package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;

/**
 * The HTTP API for the holder of a token: a connection a request. Each answer has to be as the
 * description says.
 */
final class HttpApi {

  static final String READ = "a-token-that-may-read";
  static final String SUBMIT = "a-token-that-may-submit";
  static final String ADMIN = "a-token-that-may-do-all";

  private static final long PATIENCE_MILLIS = 30_000;
  private static final Description DESCRIPTION = Description.read();

  private final String host;
  private final int port;
  private final String token;

  /**
   * An API on this machine.
   *
   * @param token null: none
   */
  HttpApi(int port, String token) {
    this("127.0.0.1", port, token);
  }

  HttpApi(String host, int port, String token) {
    this.host = host;
    this.port = port;
    this.token = token;
  }

  /** A dispatcher's settings with one token for each role. */
  static JsonObject withTokens(JsonObject conf) {
    JsonObject tokens = new JsonObject().put(READ, "read").put(SUBMIT, "submit");
    conf.getJsonObject("http").put("tokens", tokens.put(ADMIN, "admin"));
    return conf;
  }

  /** Sends it as it is, with the token. */
  HttpAnswer send(HttpText request) throws IOException {
    HttpText whole = token == null ? request : request.token(token);
    try (HttpWire wire = new HttpWire(host, port)) {
      wire.send(whole.bytes());
      HttpAnswer answer = wire.read(PATIENCE_MILLIS);
      assertThat(answer)
          .as("an answer to " + request.method() + " " + request.target())
          .isNotNull();
      Description.Operation operation =
          DESCRIPTION.of(request.method(), request.target().split("\\?")[0]);
      List<String> problems =
          operation == null
              ? DESCRIPTION.schema("Problem").problems(answer.json(), request.target())
              : DESCRIPTION.problems(operation, answer);
      assertThat(problems).isEmpty();
      return answer;
    }
  }

  HttpAnswer get(String target) throws IOException {
    return send(HttpText.of("GET", target));
  }

  HttpAnswer post(String target) throws IOException {
    return send(HttpText.of("POST", target).body(null, new byte[0]));
  }

  HttpAnswer json(String method, String target, JsonObject body) throws IOException {
    return send(HttpText.of(method, target).json(body.encode()));
  }

  /** Sends lines of a batch. */
  HttpAnswer lines(String method, String target, byte[] lines) throws IOException {
    return send(HttpText.of(method, target).body("application/x-ndjson", lines));
  }

  /** Submits, and waits for the end. */
  JsonObject run(String type, Object payload) throws IOException {
    HttpAnswer answer =
        json(
            "POST",
            "/api/v1/tasks?wait=20s",
            new JsonObject().put("type", type).put("payload", payload));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  /** Submits. */
  JsonObject submit(JsonObject request) throws IOException {
    HttpAnswer answer = json("POST", "/api/v1/tasks", request);
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    return answer.json();
  }

  Books books() throws IOException {
    return Books.of(get("/api/v1/stats").json());
  }
}
