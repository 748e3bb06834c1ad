package dev.errand.dispatcher.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.Await;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskRoutesTest {

  private WebFixture web;

  @BeforeEach
  void open() {
    web = WebFixture.open();
  }

  @AfterEach
  void close() {
    web.close();
  }

  private String submit(String type) {
    WebFixture.Answer answer =
        web.post("/api/v1/tasks", "{\"type\": \"" + type + "\", \"payload\": 7}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    return answer.json().getString("id");
  }

  private static List<String> fields(WebFixture.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.json().getString("type")).isEqualTo("urn:errand:problem:invalid-request");
    List<String> names = new ArrayList<>();
    JsonArray errors = answer.json().getJsonArray("errors");
    for (int i = 0; i < errors.size(); i++) {
      names.add(errors.getJsonObject(i).getString("field"));
    }
    return names;
  }

  @Test
  void whoeverComesWhileTheDispatcherEndsIsToldToComeBack() {
    web.refuse();
    for (WebFixture.Answer answer :
        List.of(
            web.post("/api/v1/tasks", "{\"type\": \"held\", \"payload\": 7}"),
            web.get("/api/v1/stats"))) {
      assertThat(answer.status()).as(answer.body()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isEqualTo("1");
      assertThat(answer.json().getString("type")).isEqualTo("urn:errand:problem:not-ready");
    }
    assertThat(web.get("/livez").status()).isEqualTo(200);
  }

  @Test
  void aTaskIsTakenAndHasItsPlace() {
    WebFixture.Answer answer =
        web.post("/api/v1/tasks", "{\"type\": \"held\", \"payload\": {\"a\": 1.50}}");
    assertThat(answer.status()).isEqualTo(202);
    String id = answer.json().getString("id");
    assertThat(answer.header("Location")).isEqualTo("/api/v1/tasks/" + id);
    assertThat(answer.json().getString("type")).isEqualTo("held");
    assertThat(answer.body()).contains("{\"a\": 1.50}");
    WebFixture.Answer got = web.get(answer.header("Location"));
    assertThat(got.status()).isEqualTo(200);
    assertThat(got.json().getString("id")).isEqualTo(id);
    assertThat(got.header("Content-Type")).isEqualTo("application/json");
  }

  @Test
  void whoWaitsGetsTheResult() {
    WebFixture.Answer answer =
        web.post("/api/v1/tasks?wait=20s", "{\"type\": \"echo\", \"payload\": [1e400, 0.10]}");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).contains("\"result\":[1e400, 0.10]");
    assertThat(answer.json().getString("state")).isEqualTo("succeeded");
    assertThat(answer.json().getString("worker")).isEqualTo("worker-9");
  }

  @Test
  void aWaitThatIsOverGivesTheTaskAsItStands() {
    // On a busy machine a wait may be over before its task has begun: then that is how it stands.
    WebFixture.Answer answer =
        Await.until(
            () -> web.post("/api/v1/tasks?wait=100ms", "{\"type\": \"held\", \"payload\": 1}"),
            held -> held.json().getString("state").equals("running"));
    assertThat(answer.status()).isEqualTo(202);
    String place = answer.header("Location");
    CompletableFuture<WebFixture.Answer> waiting =
        CompletableFuture.supplyAsync(() -> web.get(place + "?wait=20s"));
    web.letGo();
    assertThat(waiting.join().status()).isEqualTo(200);
    assertThat(waiting.join().json().getString("result")).isEqualTo("let go");
  }

  private boolean waitsAsIsUsual(String wait) {
    String target = "/api/v1/tasks/" + submit("held") + wait;
    long begun = System.nanoTime();
    WebFixture.Answer held = web.get(target);
    assertThat(System.nanoTime() - begun)
        .isGreaterThanOrEqualTo(WebFixture.WAIT.toNanos() - 50_000_000);
    return held.json().getString("state").equals("running");
  }

  /** Where the machine is busy, such a short wait may be over before: then another one is not. */
  @Test
  void whoDoesNotSayHowLongWaitsAsIsUsual() {
    String echo = "{\"type\": \"echo\"}";
    for (String wait : List.of("?wait", "?wait=")) {
      Await.until(() -> web.post("/api/v1/tasks" + wait, echo).status() == 200);
      Await.until(() -> waitsAsIsUsual(wait));
    }
  }

  private int awaiting() {
    return web.onLoop(() -> web.dispatch().awaiting());
  }

  @Test
  void whoLeavesDuringAWaitIsForgottenAtOnce() throws IOException {
    String body = "{\"type\": \"held\"}";
    String post =
        "POST /api/v1/tasks?wait=5m HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    String get =
        "GET /api/v1/tasks/" + submit("held") + "?wait=5m HTTP/1.1\r\nHost: localhost\r\n\r\n";
    try (Socket first = web.socket();
        Socket second = web.socket()) {
      first.getOutputStream().write(post.getBytes(US_ASCII));
      second.getOutputStream().write(get.getBytes(US_ASCII));
      Await.until(() -> awaiting() == 2);
    }
    Await.until(() -> awaiting() == 0);
  }

  @Test
  void largeBodiesThatAreNotAtTheirEndsShareMemoryAndSmallOnesNeedNone() throws IOException {
    ByteRoom bodies = new ByteRoom(200_000);
    try (WebFixture small =
        WebFixture.open(
            WebFixture.MOST_QUEUED,
            door -> door.share(bodies, new ByteRoom(1 << 20), new ByteRoom(1 << 20)))) {
      String head =
          "POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 160001\r\n\r\n";
      String large = "{\"type\": \"echo\", \"payload\": \"" + "x".repeat(90_000) + "\"}";
      try (Socket slow = small.socket()) {
        slow.getOutputStream().write((head + " ".repeat(160_000)).getBytes(US_ASCII));
        Await.until(() -> small.post("/api/v1/tasks", large).status() == 429);
        assertThat(small.post("/api/v1/tasks", "{\"type\": \"echo\"}").status()).isEqualTo(202);
      }
      Await.until(() -> small.post("/api/v1/tasks", large).status() == 202);
    }
  }

  @Test
  void whatIsWrongIsNamedAllAtOnce() {
    WebFixture.Answer answer =
        web.post(
            "/api/v1/tasks?wait=6m&colour=red",
            """
            {"type": "no good", "timeout": "-1s", "priority": 10, "maxAttempts": "3",
             "delay": 5, "backoff": "31d", "expiresIn": "0s", "batch": "/", "idempotencyKey": "",
             "require": {"gpu": 1, "-": "a"}, "size": [1, {"a": 2}], "payload": 7}
            """);
    assertThat(fields(answer))
        .containsExactly(
            "colour",
            "wait",
            "type",
            "timeout",
            "priority",
            "maxAttempts",
            "delay",
            "backoff",
            "expiresIn",
            "batch",
            "idempotencyKey",
            "require.gpu",
            "require.-",
            "size");
    assertThat(answer.json().getString("detail")).contains("timeout must be a duration from 1ms");
  }

  @Test
  void whatIsNoObjectOfJsonIsRefused() {
    for (String body :
        List.of("", "7", "{", "{\"type\": \"echo\"} 1", "{\"type\": \"echo\",}", "nul", "[]")) {
      assertThat(fields(web.post("/api/v1/tasks", body))).as(body).contains("body");
    }
    assertThat(fields(web.post("/api/v1/tasks", "{}"))).containsExactly("type");
    assertThat(
            fields(
                web.post("/api/v1/tasks", "{\"type\": \"echo\", \"payload\": {\"a\":1,\"a\":2}}")))
        .containsExactly("body");
  }

  @Test
  void whatIsNoUtf8IsRefused() {
    byte[] body = "{\"type\": \"echo\", \"payload\": \"?\"}".getBytes();
    body[body.length - 3] = (byte) 0xff;
    WebFixture.Answer answer =
        web.send(
            web.request("/api/v1/tasks")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    assertThat(fields(answer)).containsExactly("body");
  }

  @Test
  void aPayloadOfTheMostBytesIsTakenAndOneMoreIsNot() {
    String most = "\"" + "x".repeat(WebFixture.MOST_PAYLOAD - 2) + "\"";
    String head = "{\"type\": \"echo\", \"payload\": ";
    assertThat(web.post("/api/v1/tasks?wait=20s", head + most + "}").status()).isEqualTo(200);
    assertThat(fields(web.post("/api/v1/tasks", head + "[" + most + "]}")))
        .containsExactly("payload");
  }

  @Test
  void aBodyThatIsTooLargeIsNotReadToItsEnd() {
    String body = "{\"type\": \"echo\", \"payload\": \"" + "x".repeat(200_000) + "\"}";
    WebFixture.Answer answer = web.post("/api/v1/tasks", body);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.json().getString("type")).isEqualTo("urn:errand:problem:too-large");
  }

  @Test
  void otherTypesOfBodiesAreRefused() {
    for (String type : List.of("text/plain", "application/jsonx", "application/x-ndjson")) {
      WebFixture.Answer answer =
          web.send(
              web.request("/api/v1/tasks")
                  .header("Content-Type", type)
                  .POST(HttpRequest.BodyPublishers.ofString("{\"type\": \"echo\"}")));
      assertThat(answer.status()).as(type).isEqualTo(415);
    }
    WebFixture.Answer fine =
        web.send(
            web.request("/api/v1/tasks")
                .header("Content-Type", "application/json; charset=UTF-8")
                .POST(HttpRequest.BodyPublishers.ofString("{\"type\": \"echo\"}")));
    assertThat(fine.status()).isEqualTo(202);
  }

  private WebFixture.Answer keyed(String header, String body) {
    HttpRequest.Builder request =
        web.request("/api/v1/tasks")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    return web.send(header == null ? request : request.header("Idempotency-Key", header));
  }

  @Test
  void theSameKeyIsTheSameTaskAndAnotherBodyAConflict() {
    String body = "{\"type\": \"held\", \"payload\": 7}";
    String id = keyed("k 1", body).json().getString("id");
    assertThat(keyed("k 1", body).json().getString("id")).isEqualTo(id);
    String inBody = "{\"type\": \"held\", \"payload\": 7, \"idempotencyKey\": \"k 1\"}";
    assertThat(keyed(null, inBody).json().getString("id")).isEqualTo(id);
    assertThat(keyed("k 1", inBody).status()).isEqualTo(202);
    WebFixture.Answer other = keyed("k 1", "{\"type\": \"held\", \"payload\": 8}");
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.json().getString("type")).isEqualTo("urn:errand:problem:conflict");
    assertThat(fields(keyed("k 2", inBody))).containsExactly("idempotencyKey");
    assertThat(fields(keyed("x".repeat(201), body))).containsExactly("Idempotency-Key");
  }

  @Test
  void theSameKeyGivesTheTaskThatHasEndedAtOnce() {
    String body = "{\"type\": \"echo\", \"payload\": 7}";
    HttpRequest.Builder first =
        web.request("/api/v1/tasks?wait=20s")
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "k")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    String id = web.send(first).json().getString("id");
    WebFixture.Answer again = keyed("k", body);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().getString("id")).isEqualTo(id);
    assertThat(again.json().getInteger("result")).isEqualTo(7);
  }

  @Test
  void fiftyClientsWithTheSameKeyGetOneTask() {
    HttpRequest request =
        web.request("/api/v1/tasks?wait=20s")
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "same")
            .POST(HttpRequest.BodyPublishers.ofString("{\"type\": \"echo\", \"payload\": 3}"))
            .build();
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(web.http().sendAsync(request, HttpResponse.BodyHandlers.ofString()));
    }
    Set<String> ids = new HashSet<>();
    for (CompletableFuture<HttpResponse<String>> each : all) {
      assertThat(each.join().statusCode()).isEqualTo(200);
      ids.add(new JsonObject(each.join().body()).getString("id"));
    }
    assertThat(ids).hasSize(1);
    assertThat(web.onLoop(() -> web.dispatch().snapshot().ledger().submitted())).isOne();
  }

  @Test
  void whatIsUnknownIsNotFound() {
    for (String path :
        List.of("/api/v1/tasks/0000000000001", "/api/v1/tasks/none", "/api/v1/tasks/%2e%2e")) {
      assertThat(web.get(path).status()).as(path).isEqualTo(404);
      assertThat(web.get(path + "/history").status()).as(path).isEqualTo(404);
      assertThat(web.post(path + "/cancel").status()).as(path).isEqualTo(404);
      assertThat(web.post(path + "/retry").status()).as(path).isEqualTo(404);
    }
  }

  @Test
  void aTaskIsCancelledOnceAndTriedAgainWhenItHasEnded() {
    String path = "/api/v1/tasks/" + submit("held");
    assertThat(web.post(path + "/retry").status()).isEqualTo(409);
    WebFixture.Answer cancelled = web.post(path + "/cancel");
    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(cancelled.json().getString("state")).isEqualTo("cancelled");
    assertThat(web.post(path + "/cancel").status()).isEqualTo(409);
    WebFixture.Answer retried = web.post(path + "/retry");
    assertThat(retried.status()).isEqualTo(200);
    assertThat(retried.json().getString("state")).isIn("queued", "running");
    web.letGo();
    assertThat(web.get(path + "?wait=20s").json().getString("state")).isEqualTo("succeeded");
  }

  @Test
  void allThatHappenedIsInTheHistory() {
    String path = "/api/v1/tasks/" + submit("held");
    web.post(path + "/cancel");
    web.post(path + "/retry");
    web.get(path + "?wait=50ms");
    WebFixture.Answer running = web.get(path + "/history");
    assertThat(events(running)).containsExactly("submitted", "cancelled", "retried", "running");
    JsonObject cancelled = running.json().getJsonArray("events").getJsonObject(1);
    assertThat(cancelled.fieldNames()).contains("at", "from", "attempt", "worker");
    web.letGo();
    web.get(path + "?wait=20s");
    WebFixture.Answer ended = web.get(path + "/history");
    assertThat(events(ended)).containsExactly("submitted", "cancelled", "retried", "succeeded");
    assertThat(ended.json().getString("id")).isEqualTo(path.substring(path.lastIndexOf('/') + 1));
  }

  @Test
  void aFailureHasItsReasonInTheHistory() {
    WebFixture.Answer answer = web.post("/api/v1/tasks?wait=20s", "{\"type\": \"fail\"}");
    assertThat(answer.json().getJsonObject("error").getString("kind")).isEqualTo("rejected");
    WebFixture.Answer history = web.get(answer.header("Location") + "/history");
    assertThat(events(history)).containsExactly("submitted", "failed");
    assertThat(history.json().getJsonArray("events").getJsonObject(1).getString("reason"))
        .isEqualTo("it was rejected");
  }

  private static List<String> events(WebFixture.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    JsonArray events = answer.json().getJsonArray("events");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      names.add(events.getJsonObject(i).getString("event"));
    }
    return names;
  }

  private static List<String> ids(WebFixture.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    JsonArray tasks = answer.json().getJsonArray("tasks");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      assertThat(tasks.getJsonObject(i).containsKey("payload")).isFalse();
      assertThat(tasks.getJsonObject(i).containsKey("result")).isFalse();
      ids.add(tasks.getJsonObject(i).getString("id"));
    }
    return ids;
  }

  @Test
  void listsGoPageByPageFromTheNewest() {
    List<String> submitted = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      submitted.add(0, submit(i % 2 == 0 ? "held" : "nobody"));
    }
    WebFixture.Answer first = web.get("/api/v1/tasks?limit=3");
    assertThat(ids(first)).isEqualTo(submitted.subList(0, 3));
    submit("held");
    WebFixture.Answer second =
        web.get("/api/v1/tasks?limit=3&cursor=" + first.json().getString("next"));
    assertThat(ids(second)).isEqualTo(submitted.subList(3, 6));
    WebFixture.Answer third =
        web.get("/api/v1/tasks?limit=3&cursor=" + second.json().getString("next"));
    assertThat(ids(third)).isEqualTo(submitted.subList(6, 7));
    assertThat(third.json().containsKey("next")).isFalse();
    assertThat(ids(web.get("/api/v1/tasks?type=nobody&state=queued"))).hasSize(3);
    assertThat(ids(web.get("/api/v1/tasks?worker=worker-9"))).hasSize(5);
    WebFixture.Answer two = web.get("/api/v1/tasks?worker=worker-9&limit=2");
    assertThat(ids(two)).hasSize(2);
    assertThat(ids(web.get("/api/v1/tasks?worker=worker-9&cursor=" + two.json().getString("next"))))
        .hasSize(3);
    assertThat(ids(web.get("/api/v1/tasks?worker=none"))).isEmpty();
    assertThat(ids(web.get("/api/v1/tasks?batch=none"))).isEmpty();
  }

  @Test
  void wrongParametersAreNamedAllAtOnce() {
    assertThat(
            fields(
                web.get(
                    "/api/v1/tasks?state=gone&type=/&batch=/&limit=501&cursor=1&limt=1&worker=a"
                        + "&worker=b")))
        .containsExactlyInAnyOrder("limt", "worker", "limit", "state", "type", "batch", "cursor");
    assertThat(fields(web.get("/api/v1/tasks/0000000000001?wait=later"))).containsExactly("wait");
  }

  @Test
  void aQueryThatCannotBeReadIsABadRequest() throws IOException {
    try (Socket socket = web.socket()) {
      socket
          .getOutputStream()
          .write(
              "GET /api/v1/tasks?state=%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(US_ASCII));
      BufferedReader in =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
      assertThat(in.readLine()).isEqualTo("HTTP/1.1 400 Bad Request");
    }
  }

  @Test
  void manyAreCancelledAndTriedAgainAtOnce() {
    for (int i = 0; i < 5; i++) {
      submit("held");
      submit("nobody");
    }
    assertThat(web.post("/api/v1/tasks/cancel?type=nobody").json().getInteger("count"))
        .isEqualTo(5);
    assertThat(web.post("/api/v1/tasks/retry?type=nobody").json().getInteger("count")).isZero();
    assertThat(web.post("/api/v1/tasks/retry?state=cancelled").json().getInteger("count"))
        .isEqualTo(5);
    assertThat(web.post("/api/v1/tasks/cancel?state=queued").json().getInteger("count"))
        .isEqualTo(5);
    assertThat(fields(web.post("/api/v1/tasks/cancel"))).containsExactly("type");
    assertThat(fields(web.post("/api/v1/tasks/retry?state=queued"))).containsExactly("state");
    assertThat(fields(web.post("/api/v1/tasks/cancel?state=failed"))).containsExactly("state");
  }

  @Test
  void aFullQueueSaysWhenToComeBack() {
    web.close();
    web = WebFixture.open(2);
    submit("held");
    submit("held");
    WebFixture.Answer answer = web.post("/api/v1/tasks", "{\"type\": \"held\"}");
    assertThat(answer.status()).isEqualTo(429);
    assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
    assertThat(web.get("/api/v1/tasks").status()).isEqualTo(200);
  }
}
