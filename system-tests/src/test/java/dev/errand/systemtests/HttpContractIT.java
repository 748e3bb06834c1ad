package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.command.NodeProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each row of the contract's table of HTTP, at one dispatcher with one worker. */
class HttpContractIT {

  private static final String TASKS = "/api/v1/tasks";
  private static final String BATCHES = "/api/v1/batches";
  private static final List<String> TOKENS = List.of(HttpApi.READ, HttpApi.SUBMIT, HttpApi.ADMIN);
  private static final List<String> ROLES = List.of("read", "submit", "admin");

  @TempDir static Path folder;

  private static ProcessCluster cluster;
  private static HttpApi nobody;
  private static HttpApi reader;
  private static HttpApi submitter;
  private static HttpApi admin;

  @BeforeAll
  static void begins() throws Exception {
    cluster = new ProcessCluster(folder);
    cluster.dispatcher(HttpApi.withTokens(cluster.dispatcherConf()));
    cluster.worker("worker");
    nobody = new HttpApi(cluster.port(), null);
    reader = new HttpApi(cluster.port(), HttpApi.READ);
    submitter = new HttpApi(cluster.port(), HttpApi.SUBMIT);
    admin = new HttpApi(cluster.port(), HttpApi.ADMIN);
  }

  @AfterAll
  static void ends() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static JsonObject task(String type, Object payload) {
    return new JsonObject().put("type", type).put("payload", payload);
  }

  /** One that nobody runs. */
  private static JsonObject waiting() {
    return task("nobodys", 7);
  }

  private static String at(JsonObject task) {
    return TASKS + "/" + task.getString("id");
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  private static List<String> ids(HttpAnswer page) {
    return objects(page.json().getJsonArray("tasks")).stream()
        .map(each -> each.getString("id"))
        .toList();
  }

  /** So many squares, a line each. */
  private static byte[] squares(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> task("square", i).encode() + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String fresh() {
    return UUID.randomUUID().toString();
  }

  @Test
  void curlAloneSquaresANumber() throws Exception {
    Process curl =
        new ProcessBuilder(
                "curl",
                "-sS",
                "-H",
                "Authorization: Bearer " + HttpApi.SUBMIT,
                "--json",
                task("square", 423).encode(),
                "http://127.0.0.1:" + cluster.port() + TASKS + "?wait=20s")
            .redirectErrorStream(true)
            .start();
    String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(curl.waitFor()).as(said).isZero();
    assertThat(new JsonObject(said).getString("result")).isEqualTo("423 * 423 = 178929");
  }

  @Test
  void eachOperationIsForItsRoleAndThoseAbove() throws Exception {
    for (Description.Operation operation : Description.read().operations()) {
      String target = operation.path().replaceAll("\\{\\w+}", "nothing");
      HttpText request = HttpText.of(operation.method(), target);
      for (String media : operation.bodies().keySet()) {
        request = request.body(media, "x".getBytes(StandardCharsets.UTF_8));
      }
      if (operation.role() == null || target.equals("/api/v1/events")) {
        continue;
      }
      HttpAnswer unknown = nobody.send(request);
      assertThat(unknown.status()).as("%s without a token", operation).isEqualTo(401);
      assertThat(unknown.headers()).containsKey("www-authenticate");
      assertThat(new HttpApi(cluster.port(), "a-token-of-nobody-here").send(request).status())
          .as("%s with a wrong token", operation)
          .isEqualTo(401);
      int least = ROLES.indexOf(operation.role());
      for (int i = 0; i < TOKENS.size(); i++) {
        int status = new HttpApi(cluster.port(), TOKENS.get(i)).send(request).status();
        if (i < least) {
          assertThat(status).as("%s by %s", operation, ROLES.get(i)).isEqualTo(403);
        } else {
          assertThat(status).as("%s by %s", operation, ROLES.get(i)).isNotIn(401, 403);
        }
      }
    }
  }

  @Test
  void aTaskIsSubmittedAndReadAndHasAHistory() throws Exception {
    HttpAnswer accepted = submitter.json("POST", TASKS, task("square", 8).put("priority", 7));
    assertThat(accepted.status()).isEqualTo(202);
    JsonObject task = accepted.json();
    assertThat(accepted.headers()).containsEntry("location", at(task));
    assertThat(task.getInteger("priority")).isEqualTo(7);
    assertThat(task.getString("id")).matches("[A-Za-z0-9._~-]{1,40}");
    JsonObject ended = reader.get(at(task) + "?wait=20s").json();
    assertThat(ended.getString("state")).isEqualTo("succeeded");
    assertThat(ended.getInteger("payload")).isEqualTo(8);
    assertThat(ended.getString("result")).isEqualTo("8 * 8 = 64");
    assertThat(ended.getString("worker")).isEqualTo("worker");
    JsonObject history = reader.get(at(task) + "/history").json();
    assertThat(objects(history.getJsonArray("events")))
        .extracting(event -> event.getString("event"))
        .containsExactly("submitted", "succeeded");
    assertThat(reader.get(TASKS + "/nothing").status()).isEqualTo(404);
    assertThat(reader.get(TASKS + "/nothing/history").status()).isEqualTo(404);
  }

  @Test
  void aWaitThatIsOverGivesTheTaskAsItIs() throws Exception {
    HttpAnswer answer = submitter.json("POST", TASKS + "?wait=100ms", task("sleep", "1m"));
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().getString("state")).isIn("queued", "running");
    HttpAnswer read = reader.get(at(answer.json()) + "?wait=100ms");
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.json().getString("state")).isIn("queued", "running");
    assertThat(submitter.post(at(answer.json()) + "/cancel").status()).isEqualTo(200);
  }

  @Test
  void allFieldsOfATaskAreTaken() throws Exception {
    JsonObject all =
        task("square", 7)
            .put("timeout", "20s")
            .put("expiresIn", "24h")
            .put("delay", "1h")
            .put("priority", 0)
            .put("maxAttempts", 1)
            .put("backoff", "1s")
            .put("idempotencyKey", fresh())
            .put("batch", "of-one")
            .put("require", new JsonObject().put("gpu", "yes"));
    JsonObject task = submitter.submit(all);
    assertThat(task.getString("state")).isEqualTo("scheduled");
    assertThat(task.getString("batch")).isEqualTo("of-one");
    assertThat(task.getInteger("maxAttempts")).isOne();
    assertThat(task.getJsonObject("waitingFor").getString("code")).isEqualTo("delay");
    assertThat(submitter.post(at(task) + "/cancel").status()).isEqualTo(200);
  }

  @Test
  void theSameKeyIsTheSameTask() throws Exception {
    String key = fresh();
    JsonObject first = submitter.submit(waiting().put("idempotencyKey", key));
    HttpAnswer again =
        submitter.send(
            HttpText.of("POST", TASKS).with("Idempotency-Key: " + key).json(waiting().encode()));
    assertThat(again.status()).isIn(200, 202);
    assertThat(again.json().getString("id")).isEqualTo(first.getString("id"));
    HttpAnswer other = submitter.json("POST", TASKS, task("nobodys", 8).put("idempotencyKey", key));
    assertThat(other.status()).isEqualTo(409);
    submitter.post(at(first) + "/cancel");
  }

  @Test
  void theSameKeyByFiftyClientsAtOnceIsOneTask() throws Exception {
    JsonObject request = task("square", 50).put("idempotencyKey", fresh());
    ExecutorService clients = Executors.newFixedThreadPool(50);
    try {
      long before = reader.books().submitted();
      List<Future<JsonObject>> answers =
          IntStream.range(0, 50)
              .mapToObj(
                  i ->
                      clients.submit(
                          () -> submitter.json("POST", TASKS + "?wait=20s", request).json()))
              .toList();
      Set<String> ids = new HashSet<>();
      for (Future<JsonObject> answer : answers) {
        ids.add(answer.get(30, TimeUnit.SECONDS).getString("id"));
        assertThat(answer.get().getString("result")).isEqualTo("50 * 50 = 2500");
      }
      assertThat(ids).hasSize(1);
      assertThat(reader.books().submitted()).isEqualTo(before + 1);
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void listsPageFromTheNewestOnAndStayRightWhileTasksCome() throws Exception {
    String batch = fresh();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      ids.add(0, submitter.submit(waiting().put("batch", batch)).getString("id"));
    }
    String list = TASKS + "?limit=3&batch=" + batch;
    List<String> seen = new ArrayList<>();
    HttpAnswer page = reader.get(list);
    for (String next = page.json().getString("next"); ; next = page.json().getString("next")) {
      assertThat(objects(page.json().getJsonArray("tasks")))
          .hasSizeLessThanOrEqualTo(3)
          .noneMatch(each -> each.containsKey("payload"));
      seen.addAll(ids(page));
      if (next == null) {
        break;
      }
      submitter.submit(waiting().put("batch", batch));
      page = reader.get(list + "&cursor=" + next);
    }
    assertThat(seen).isEqualTo(ids);
    assertThat(ids(reader.get(TASKS + "?state=succeeded&batch=" + batch))).isEmpty();
    assertThat(ids(reader.get(TASKS + "?type=nobodys&state=queued&batch=" + batch))).hasSize(9);
    assertThat(ids(reader.get(TASKS + "?worker=nobody"))).isEmpty();
    JsonObject done = submitter.run("square", 3);
    assertThat(ids(reader.get(TASKS + "?worker=worker"))).contains(done.getString("id"));
    assertThat(submitter.post(TASKS + "/cancel?batch=" + batch).json().getInteger("count"))
        .isEqualTo(9);
  }

  @Test
  void whatHasEndedIsNotCancelledAndWhatHasNotIsNotRetried() throws Exception {
    JsonObject task = submitter.submit(waiting());
    assertThat(submitter.post(at(task) + "/retry").status()).isEqualTo(409);
    assertThat(submitter.post(at(task) + "/cancel").json().getString("state"))
        .isEqualTo("cancelled");
    assertThat(submitter.post(at(task) + "/cancel").status()).isEqualTo(409);
    HttpAnswer retried = submitter.post(at(task) + "/retry");
    assertThat(retried.status()).isEqualTo(200);
    assertThat(retried.json().getString("state")).isEqualTo("queued");
    assertThat(submitter.post(at(task) + "/cancel").status()).isEqualTo(200);
    assertThat(submitter.post(TASKS + "/nothing/cancel").status()).isEqualTo(404);
  }

  @Test
  void deadLettersAreRetriedTogether() throws Exception {
    JsonObject failed = submitter.run("square", "no number");
    assertThat(failed.getString("state")).isEqualTo("failed");
    assertThat(failed.getJsonObject("error").getString("kind")).isIn("rejected", "handler");
    String retry = TASKS + "/retry?state=failed&type=square";
    assertThat(submitter.post(retry).json().getInteger("count")).isPositive();
    assertThat(reader.get(at(failed) + "?wait=20s").json().getString("state")).isEqualTo("failed");
    assertThat(objects(reader.get(at(failed) + "/history").json().getJsonArray("events")))
        .extracting(event -> event.getString("event"))
        .contains("retried");
    assertThat(submitter.post(TASKS + "/cancel").status()).isEqualTo(400);
  }

  @Test
  void aBatchIsCountedAndItsResultsStream() throws Exception {
    String lines = task("square", 1).encode() + "\n\nnonsense\n" + task("square", 2).encode();
    HttpAnswer answer = submitter.lines("POST", BATCHES, lines.getBytes(StandardCharsets.UTF_8));
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json().getInteger("accepted")).isEqualTo(2);
    JsonObject rejected = answer.json().getJsonObject("rejected");
    assertThat(rejected.getInteger("count")).isOne();
    assertThat(objects(rejected.getJsonArray("first")).get(0).getInteger("line")).isEqualTo(3);
    String batch = BATCHES + "/" + answer.json().getString("id");
    HttpAnswer results = reader.get(batch + "/results");
    assertThat(results.body().lines().map(JsonObject::new))
        .extracting(each -> each.getInteger("line") + ": " + each.getString("result"))
        .containsExactlyInAnyOrder("1: 1 * 1 = 1", "4: 2 * 2 = 4");
    assertThat(reader.get(batch + "/results?order=line").body().lines().map(JsonObject::new))
        .extracting(each -> each.getInteger("line"))
        .containsExactly(1, 4);
    JsonObject counts = reader.get(batch).json();
    assertThat(counts.getBoolean("live")).isFalse();
    assertThat(counts.getInteger("succeeded")).isEqualTo(2);
    assertThat(reader.get(BATCHES + "/nothing").status()).isEqualTo(404);
    assertThat(reader.get(BATCHES + "/nothing/results").status()).isEqualTo(404);
  }

  @Test
  void anAtomicBatchIsTakenWholeOrNotAtAll() throws Exception {
    String batch = BATCHES + "/" + fresh();
    String lines = waiting().encode() + "\nnonsense\n";
    HttpAnswer refused =
        submitter.lines("PUT", batch + "?atomic=true", lines.getBytes(StandardCharsets.UTF_8));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(reader.get(batch).status()).isEqualTo(404);
    HttpAnswer taken = submitter.lines("PUT", batch + "?atomic=true", squares(3));
    assertThat(taken.status()).isEqualTo(201);
    assertThat(taken.json().getInteger("accepted")).isEqualTo(3);
  }

  @Test
  void aBatchIsCancelled() throws Exception {
    String lines = (waiting().encode() + "\n").repeat(5);
    HttpAnswer answer = submitter.lines("POST", BATCHES, lines.getBytes(StandardCharsets.UTF_8));
    String batch = BATCHES + "/" + answer.json().getString("id");
    assertThat(submitter.post(batch + "/cancel").json().getInteger("count")).isEqualTo(5);
    assertThat(reader.get(batch).json().getInteger("cancelled")).isEqualTo(5);
    assertThat(submitter.post(BATCHES + "/nothing/cancel").status()).isEqualTo(404);
  }

  @Test
  void anUploadThatIsCutThreeTimesAndSentAgainGivesEachLineOnce() throws Exception {
    int count = 2_000;
    byte[] lines = squares(count);
    String batch = BATCHES + "/" + fresh();
    HttpText upload =
        HttpText.of("PUT", batch).token(HttpApi.SUBMIT).body("application/x-ndjson", lines);
    for (int quarter = 1; quarter <= 3; quarter++) {
      long least = count * quarter / 8;
      try (HttpWire wire = new HttpWire(cluster.port())) {
        wire.send(upload.head());
        // Most often in the middle of a line.
        wire.send(new String(lines, 0, lines.length * quarter / 4, StandardCharsets.UTF_8));
        await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () -> {
                  HttpAnswer counts = reader.get(batch);
                  return counts.status() == 200 && counts.json().getLong("submitted") >= least;
                });
      }
    }
    HttpAnswer whole = submitter.lines("PUT", batch, lines);
    assertThat(whole.status()).isEqualTo(201);
    assertThat(whole.json().getInteger("accepted")).isEqualTo(count);
    List<JsonObject> results =
        reader.get(batch + "/results").body().lines().map(JsonObject::new).toList();
    assertThat(results)
        .extracting(each -> each.getString("result"))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, count)
                .mapToObj(i -> i + " * " + i + " = " + (long) i * i)
                .toList());
    assertThat(reader.get(batch).json().getInteger("submitted")).isEqualTo(count);
  }

  @Test
  void aPausedTypeWaitsAndSaysSo() throws Exception {
    String echo = "/api/v1/types/echo";
    HttpAnswer paused = admin.json("PUT", echo, new JsonObject().put("paused", true));
    assertThat(paused.json().getBoolean("paused")).isTrue();
    JsonObject task = submitter.submit(task("echo", "x"));
    assertThat(reader.get(at(task)).json().getJsonObject("waitingFor").getString("code"))
        .isEqualTo("paused");
    JsonObject on = new JsonObject().put("paused", false).put("limit", 1);
    JsonObject type = admin.json("PUT", echo, on).json();
    assertThat(type.getBoolean("paused")).isFalse();
    assertThat(type.getInteger("limit")).isOne();
    assertThat(type.getString("since")).isNotNull();
    assertThat(reader.get(at(task) + "?wait=20s").json().getString("result")).isEqualTo("x");
    assertThat(objects(reader.get("/api/v1/types").json().getJsonArray("types")))
        .extracting(each -> each.getString("type"))
        .contains("echo", "square", "sleep");
    assertThat(reader.get("/api/v1/types/nothing-known").status()).isEqualTo(404);
  }

  @Test
  void aWorkerIsDrained() throws Exception {
    NodeProcess leaver = cluster.worker("leaver");
    JsonObject worker =
        objects(reader.get("/api/v1/workers").json().getJsonArray("workers")).stream()
            .filter(each -> each.getString("name").equals("leaver"))
            .findFirst()
            .orElseThrow();
    assertThat(worker.getString("host")).isEqualTo("127.0.0.1");
    assertThat(worker.getString("version")).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(worker.getInstant("certificateEnds")).isAfter(Instant.now());
    HttpAnswer drained = admin.post("/api/v1/workers/" + worker.getString("id") + "/drain");
    assertThat(drained.json().getBoolean("draining")).isTrue();
    assertThat(leaver.awaitEnd(30)).isZero();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                objects(reader.get("/api/v1/workers").json().getJsonArray("workers")).size() == 1);
    assertThat(admin.post("/api/v1/workers/nothing/drain").status()).isEqualTo(404);
  }

  @Test
  void theLedgerIsBalancedAndOneTypesFiguresAreFlat() throws Exception {
    submitter.run("square", 2);
    JsonObject stats = reader.get("/api/v1/stats").json();
    assertThat(stats.getJsonObject("verdict").getString("message")).isNotBlank();
    Books books = Books.of(stats);
    assertThat(books.submitted())
        .isEqualTo(books.open() + books.succeeded() + books.failed() + books.cancelled());
    JsonObject square = reader.get("/api/v1/stats?type=square").json();
    assertThat(square.getInteger("workers")).isOne();
    assertThat(square.getValue("backlog")).isEqualTo(0);
    assertThat(square).allMatch(entry -> !(entry.getValue() instanceof JsonObject));
  }

  @Test
  void eventsComeEachSecondAndResume() throws Exception {
    List<String> ids =
        events(null, "event: stats", 3)
            .lines()
            .filter(line -> line.startsWith("id: "))
            .map(line -> line.substring("id: ".length()))
            .toList();
    assertThat(ids).hasSizeGreaterThanOrEqualTo(3).doesNotHaveDuplicates().isSorted();
    // Nobody listens meanwhile.
    JsonObject task = submitter.run("square", 9);
    events(ids.get(2), "\"id\":\"" + task.getString("id") + "\"", 1);
  }

  /** Reads until that text has come so many times. */
  private static String events(String last, String text, int times) throws IOException {
    HttpText request = HttpText.of("GET", "/api/v1/events").token(HttpApi.READ);
    try (HttpWire wire = new HttpWire(cluster.port())) {
      wire.send((last == null ? request : request.with("Last-Event-ID: " + last)).bytes());
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                wire.read(100);
                return wire.heard().split(Pattern.quote(text), -1).length > times;
              });
      assertThat(wire.heard()).startsWith("HTTP/1.1 200 ").contains("text/event-stream");
      return wire.heard();
    }
  }

  @Test
  void aTokenBecomesACookie() throws Exception {
    HttpAnswer in =
        nobody.json("POST", "/api/v1/session", new JsonObject().put("token", HttpApi.SUBMIT));
    assertThat(in.json().getString("role")).isEqualTo("submit");
    String set = in.headers().get("set-cookie");
    assertThat(set).containsIgnoringCase("; HttpOnly").contains("; SameSite=Strict");
    HttpText with = HttpText.of("GET", "/api/v1/session").with("Cookie: " + set.split(";")[0]);
    assertThat(nobody.send(with).json().getString("role")).isEqualTo("submit");
    assertThat(nobody.get("/api/v1/session").status()).isEqualTo(401);
    HttpAnswer out = nobody.send(HttpText.of("DELETE", "/api/v1/session"));
    assertThat(out.status()).isEqualTo(204);
    HttpAnswer wrong =
        nobody.json("POST", "/api/v1/session", new JsonObject().put("token", "nobody's"));
    assertThat(wrong.status()).isEqualTo(401);
  }

  @Test
  void probesAndTheDescriptionAreOpen() throws Exception {
    assertThat(nobody.get("/livez").status()).isEqualTo(200);
    assertThat(nobody.get("/readyz").status()).isEqualTo(200);
    assertThat(nobody.get("/openapi.yaml").body()).startsWith("openapi: 3.0");
    assertThat(reader.get("/metrics").body()).contains("# TYPE ");
  }
}
