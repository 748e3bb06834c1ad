package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.dispatcher.Await;
import dev.errand.dispatcher.core.Taken;
import dev.errand.dispatcher.core.VirtualWorker;
import dev.errand.dispatcher.figures.NodeDraft;
import dev.errand.dispatcher.figures.NodeState;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.frame.Grant;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FiguresRoutesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private FiguresFixture fixture;

  @BeforeEach
  void open() {
    fixture = FiguresFixture.open();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void submit(String type, int times) {
    for (int i = 0; i < times; i++) {
      Taken taken = fixture.get(() -> fixture.dispatch().submit(TaskRequest.of(type, 7)));
      assertThat(taken.refusal()).isNull();
    }
  }

  /** All that the worker has succeeds, or fails. */
  private void end(VirtualWorker worker, boolean well) {
    fixture.onLoop(
        () -> {
          for (Grant grant : worker.all()) {
            if (well) {
              worker.succeeds(grant, "1");
            } else {
              worker.fails(grant, ErrorKind.REJECTED);
            }
          }
          worker.link().flush();
          return null;
        });
  }

  private boolean has(VirtualWorker worker, int grants) {
    return fixture.onLoop(() -> worker.all().size() == grants);
  }

  private JsonObject stats() {
    return fixture.json("/api/v1/stats");
  }

  private static JsonObject of(JsonArray all, String key, String value) {
    return all.stream()
        .map(JsonObject.class::cast)
        .filter(each -> value.equals(each.getString(key)))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> errors(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return new JsonObject(answer.body())
        .getJsonArray("errors", new JsonArray()).stream()
            .map(each -> ((JsonObject) each).getString("field"))
            .sorted()
            .toList();
  }

  @Test
  void theVerdictAndTheLedgerSayWhatThereIs() {
    assertThat(stats().getJsonObject("verdict").getBoolean("ok")).isTrue();
    submit("resize", 3);
    JsonObject stats = stats();
    assertThat(stats.getJsonObject("verdict").getString("code")).isEqualTo("no-worker");
    assertThat(stats.getJsonObject("verdict").getString("message"))
        .isEqualTo("Stuck: 3 'resize' tasks wait, no worker offers 'resize'");
    assertThat(stats.getJsonObject("verdict").getString("cause")).isNotEmpty();
    assertThat(stats.getJsonObject("verdict").getString("remedy")).isNotEmpty();
    assertThat(stats.getInteger("submitted")).isEqualTo(3);
    assertThat(stats.getInteger("queued")).isEqualTo(3);
  }

  @Test
  void ratesAndLatenciesFollowWhatIsDone() {
    VirtualWorker worker = fixture.worker("w", 100, "square");
    submit("square", 5);
    Await.until(() -> has(worker, 5));
    end(worker, true);
    Await.until(
        () ->
            stats().getJsonObject("rates").getJsonObject("last10s").getDouble("ended") > 0
                && stats().getJsonObject("latencies").getJsonObject("total").getLong("p99Millis")
                    >= 0);
    JsonObject type = of(stats().getJsonArray("types"), "type", "square");
    assertThat(type.getJsonObject("rates").getJsonObject("lastMinute").getDouble("submitted"))
        .isPositive();
    assertThat(type.getInteger("slots")).isEqualTo(100);
    assertThat(type.getInteger("free")).isEqualTo(100);
  }

  @Test
  void eachReadingHasAHigherNumberAlsoThanThoseOfAnEarlierLife() {
    long first = stats().getLong("seq");
    assertThat(stats().getLong("seq")).isGreaterThan(first);
    assertThat(first).isGreaterThan(Instant.parse("2026-01-01T00:00:00Z").toEpochMilli() * 1_000);
    assertThat(first).isLessThan(1L << 53);
  }

  @Test
  void anAutoscalerGetsFlatNumbers() {
    fixture.worker("w", 2, "square");
    Await.until(() -> !stats().getJsonArray("workers").isEmpty());
    submit("square", 5);
    Await.until(() -> fixture.json("/api/v1/stats?type=square").getInteger("running") == 2);
    assertThat(fixture.json("/api/v1/stats?type=square"))
        .isEqualTo(
            new JsonObject()
                .put("type", "square")
                .put("backlog", 5)
                .put("running", 2)
                .put("workers", 1)
                .put("slots", 2)
                .put("workersWanted", 3));
    assertThat(fixture.json("/api/v1/stats?type=never-seen").getInteger("workersWanted")).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          type=a%20b&seq=-1&more=1, more|seq|type
          type=,                    type
          seq=x,                    seq
          """)
  void whatIsWrongInTheQueryIsNamed(String query, String fields) {
    assertThat(errors(fixture.send(fixture.request("/api/v1/stats?" + query)), 400))
        .containsExactly(fields.split("\\|"));
  }

  @Test
  void figuresThatAreNotKeptAreNotFound() {
    assertThat(errors(fixture.send(fixture.request("/api/v1/stats?seq=5")), 404)).isEmpty();
  }

  @Test
  void aTypeIsPausedAndLimitedAndEachIsLeftAsItIsIfItIsNotNamed() {
    HttpResponse<String> paused = fixture.put("/api/v1/types/square", "{\"paused\": true}");
    assertThat(paused.statusCode()).isEqualTo(200);
    JsonObject json = new JsonObject(paused.body());
    assertThat(json.getBoolean("paused")).isTrue();
    assertThat(json.getInteger("limit")).isZero();
    assertThat(json.getInstant("since")).isAfter(Instant.now().minusSeconds(20));
    fixture.put("/api/v1/types/square", "{\"limit\": 5}");
    assertThat(fixture.json("/api/v1/types/square").getBoolean("paused")).isTrue();
    assertThat(fixture.json("/api/v1/types/square").getInteger("limit")).isEqualTo(5);
    fixture.put("/api/v1/types/square", "{\"limit\": null, \"paused\": true}");
    assertThat(fixture.json("/api/v1/types/square").getInteger("limit")).isZero();
    assertThat(of(fixture.json("/api/v1/types").getJsonArray("types"), "type", "square"))
        .isEqualTo(fixture.json("/api/v1/types/square"));
  }

  @Test
  void aTypeToWhichNothingIsSetAnyMoreIsForgotten() {
    fixture.put("/api/v1/types/square", "{\"paused\": true}");
    HttpResponse<String> on = fixture.put("/api/v1/types/square", "{\"paused\": false}");
    assertThat(new JsonObject(on.body()).getBoolean("paused")).isFalse();
    assertThat(fixture.send(fixture.request("/api/v1/types/square")).statusCode()).isEqualTo(404);
  }

  @Test
  void ofManyTypesTheBusiestAreShownAndAllAreCounted() {
    int many = StatsJson.MOST_TYPES + 30;
    for (int i = 0; i < many; i++) {
      String type = "t" + i;
      fixture.get(() -> fixture.dispatch().set(type, true, null));
    }
    submit("t5", 1);
    submit("t" + (many - 1), 2);
    JsonObject stats = stats();
    assertThat(stats.getJsonArray("types")).hasSize(StatsJson.MOST_TYPES);
    assertThat(stats.getInteger("typeCount")).isEqualTo(many);
    assertThat(of(stats.getJsonArray("types"), "type", "t5").getInteger("queued")).isOne();
    assertThat(of(stats.getJsonArray("types"), "type", "t" + (many - 1)).getInteger("queued"))
        .isEqualTo(2);
    assertThat(fixture.json("/api/v1/types").getJsonArray("types")).hasSize(many);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/types", "/api/v1/workers", "/api/v1/stats", "/metrics"})
  void whatMayBeLargeIsWrittenByAnotherThreadThanTheLoop(String path) throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    fixture.block(free);
    try {
      CompletableFuture<HttpResponse<String>> answer = fixture.begin(path);
      assertThat(fixture.send(fixture.request("/livez")).statusCode()).isEqualTo(200);
      assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      free.countDown();
      assertThat(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    } finally {
      free.countDown();
    }
  }

  @Test
  void aTypeMayHaveASlash() {
    fixture.put("/api/v1/types/image%2Fresize", "{\"limit\": 1}");
    assertThat(fixture.json("/api/v1/types/image%2Fresize").getString("type"))
        .isEqualTo("image/resize");
    assertThat(fixture.json("/api/v1/types/image/resize").getString("type"))
        .isEqualTo("image/resize");
  }

  @Test
  void aPausedTypeWithTasksIsTheVerdict() {
    submit("resize", 1);
    fixture.put("/api/v1/types/resize", "{\"paused\": true}");
    assertThat(stats().getJsonObject("verdict").getString("code")).isEqualTo("paused");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          {"paused": "yes", "limit": -1, "other": 1} ; limit|other|paused
          {"limit": 1.5}                             ; limit
          {"limit": "5"}                             ; limit
          {"limit": 3000000000}                      ; limit
          {"paused": null}                           ; paused
          {}                                         ; paused
          """)
  void whatIsWrongInASettingIsNamedAndNothingIsSet(String body, String fields) {
    assertThat(errors(fixture.put("/api/v1/types/square", body), 400))
        .containsExactly(fields.split("\\|"));
    assertThat(fixture.send(fixture.request("/api/v1/types/square")).statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "5", "null", "{", "{\"paused\": true", "\"text\""})
  void whatIsNoObjectIsRefused(String body) {
    assertThat(errors(fixture.put("/api/v1/types/square", body), 400)).isEmpty();
  }

  @Test
  void aBadTypeIsNamedBesideBadFields() {
    assertThat(errors(fixture.put("/api/v1/types/a%20b", "{\"limit\": -1}"), 400))
        .containsExactly("limit", "type");
  }

  @Test
  void workersAreListedAndDrained() {
    fixture.node =
        new NodeDraft()
            .members(
                Map.of(
                    "node-of-w",
                    new NodeState.Member(
                        "192.0.2.7:4711", "0.2.0", Instant.ofEpochSecond(2_000_000_000))))
            .state();
    fixture.worker("w", 4, "square");
    Await.until(() -> !fixture.json("/api/v1/workers").getJsonArray("workers").isEmpty());
    JsonObject worker = fixture.json("/api/v1/workers").getJsonArray("workers").getJsonObject(0);
    assertThat(worker.getString("name")).isEqualTo("w");
    assertThat(worker.getString("address")).isEqualTo("192.0.2.7:4711");
    assertThat(worker.getString("host")).isEqualTo("192.0.2.7");
    assertThat(worker.getString("version")).isEqualTo("0.2.0");
    assertThat(worker.getInstant("certificateEnds")).isEqualTo("2033-05-18T03:33:20Z");
    assertThat(worker.containsKey("lastError")).isFalse();
    assertThat(worker.getJsonObject("labels")).isEqualTo(new JsonObject().put("zone", "a"));
    assertThat(worker.getBoolean("draining")).isFalse();
    HttpResponse<String> drained =
        fixture.post("/api/v1/workers/" + worker.getString("id") + "/drain");
    assertThat(drained.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(drained.body()).getBoolean("draining")).isTrue();
  }

  @Test
  void aWorkerHasItsLastErrorAndTheSlotsThatItUses() {
    VirtualWorker worker = fixture.worker("w", 4, "square", "cube");
    submit("square", 2);
    Await.until(() -> has(worker, 2));
    JsonObject busy = fixture.json("/api/v1/workers").getJsonArray("workers").getJsonObject(0);
    assertThat(busy.getJsonObject("used"))
        .isEqualTo(new JsonObject().put("blocking", 0).put("eventLoop", 2));
    assertThat(busy.getInteger("running")).isEqualTo(2);
    end(worker, false);
    Await.until(() -> stats().getInteger("failed") == 2);
    JsonObject idle = stats().getJsonArray("workers").getJsonObject(0);
    assertThat(idle.getJsonObject("used").getInteger("eventLoop")).isZero();
    JsonObject error = idle.getJsonObject("lastError");
    assertThat(error.getString("kind")).isEqualTo("rejected");
    assertThat(error.getString("message")).isEqualTo("it was rejected");
    assertThat(error.getString("type")).isEqualTo("square");
    assertThat(error.getInstant("at")).isAfter(Instant.now().minusSeconds(60));
    assertThat(fixture.json("/api/v1/tasks/" + error.getString("task")).getString("state"))
        .isEqualTo("failed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ffff", "no-number", "%20"})
  void aWorkerThatIsNotThereIsNotFound(String id) {
    assertThat(fixture.post("/api/v1/workers/" + id + "/drain").statusCode()).isEqualTo(404);
  }

  @Test
  void aLostWorkerIsToldOfUntilItComesBack() {
    VirtualWorker worker = fixture.worker("w", 4, "square");
    Await.until(() -> !stats().getJsonArray("workers").isEmpty());
    fixture.lose(worker, "w");
    JsonObject stats = stats();
    assertThat(stats.getJsonArray("workers")).isEmpty();
    assertThat(stats.getJsonArray("lostWorkers").getJsonObject(0).getString("name")).isEqualTo("w");
    assertThat(stats.getJsonObject("verdict").getString("code")).isEqualTo("worker-lost");
  }

  @Test
  void aNodeThatIsApartIsNotReadyAndSaysWhy() {
    assertThat(fixture.send(fixture.request("/readyz")).statusCode()).isEqualTo(200);
    fixture.node = new NodeDraft().notWhole().apart("192.0.2.7:5701").state();
    assertThat(fixture.send(fixture.request("/readyz")).statusCode()).isEqualTo(503);
    assertThat(fixture.send(fixture.request("/livez")).statusCode()).isEqualTo(200);
    assertThat(stats().getJsonObject("verdict").getString("code")).isEqualTo("cluster-split");
    assertThat(stats().getJsonObject("cluster").getJsonArray("apart"))
        .containsExactly("192.0.2.7:5701");
  }

  @Test
  void prometheusIsToldOfAll() {
    fixture.node =
        new NodeDraft()
            .certificateEnd(Instant.ofEpochSecond(2_000_000_000))
            .httpCertificateEnd(Instant.ofEpochSecond(1_900_000_000))
            .refusedConnections(3)
            .state();
    VirtualWorker worker = fixture.worker("w", 4, "square");
    Await.until(() -> !stats().getJsonArray("workers").isEmpty());
    submit("square", 3);
    Await.until(() -> has(worker, 3));
    end(worker, true);
    Await.until(() -> stats().getInteger("succeeded") == 3);
    submit("square", 1);
    Await.until(() -> has(worker, 1));
    end(worker, false);
    Await.until(() -> stats().getInteger("failed") == 1);
    submit("resize", 2);
    HttpResponse<String> answer = fixture.send(fixture.request("/metrics"));
    assertThat(answer.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(answer.body().lines())
        .contains(
            "errand_ledger_submitted 6.0",
            "errand_ledger_tasks{state=\"succeeded\"} 3.0",
            "errand_tasks_submitted_total{type=\"square\"} 4.0",
            "errand_tasks_succeeded_total{type=\"square\"} 3.0",
            "errand_tasks_failed_total{type=\"square\"} 1.0",
            "errand_attempts_failed_total{type=\"square\"} 1.0",
            "errand_queue_tasks{type=\"resize\"} 2.0",
            "errand_run_seconds_count{type=\"square\"} 4",
            "errand_wait_seconds_bucket{type=\"square\",le=\"+Inf\"} 4",
            "errand_total_seconds_bucket{type=\"square\",le=\"4194.304\"} 4",
            "errand_workers 1.0",
            "errand_slots{pool=\"event_loop\"} 4.0",
            "errand_slots_used 0.0",
            "errand_store{kind=\"memory\"} 1.0",
            "errand_store_failed 0.0",
            "errand_refused_connections_total 3.0",
            "errand_certificate_end_seconds 2.0E9",
            "errand_http_certificate_end_seconds 1.9E9",
            "errand_healthy 0.0")
        .anyMatch(line -> line.startsWith("errand_queue_oldest_seconds{type=\"resize\"} "))
        .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"));
  }

  @Test
  void alertRulesAskForWhatThereIs() throws IOException {
    fixture.node =
        new NodeDraft().certificateEnd(Instant.now()).httpCertificateEnd(Instant.now()).state();
    submit("square", 1);
    String metrics = fixture.send(fixture.request("/metrics")).body();
    List<String> asked =
        Pattern.compile("errand_\\w+")
            .matcher(Files.readString(Path.of("..", "config", "alerts.yaml")))
            .results()
            .map(MatchResult::group)
            .distinct()
            .toList();
    assertThat(asked)
        .hasSizeGreaterThan(10)
        .allMatch(name -> metrics.lines().anyMatch(line -> line.matches(name + "[ {].*")));
  }

  @Test
  void prometheusMayAskForOpenMetrics() {
    HttpRequest.Builder request =
        fixture.request("/metrics").header("Accept", "application/openmetrics-text;version=1.0.0");
    HttpResponse<String> answer = fixture.send(request);
    assertThat(answer.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(answer.body()).endsWith("# EOF\n");
  }

  @Test
  void manyTypesAreSummedUpForPrometheus() {
    for (int i = 0; i < 150; i++) {
      submit("type" + i, 1);
    }
    List<String> lines =
        fixture
            .send(fixture.request("/metrics"))
            .body()
            .lines()
            .filter(line -> line.startsWith("errand_tasks_submitted_total"))
            .toList();
    assertThat(lines).hasSize(100).contains("errand_tasks_submitted_total{type=\"(others)\"} 51.0");
  }
}
