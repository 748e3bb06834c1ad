package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.Await;
import dev.errand.dispatcher.core.VirtualWorker;
import dev.errand.protocol.TaskRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SeriesRoutesTest {

  private static final List<String> LINES =
      List.of(
          "submitted",
          "ended",
          "failedAttempts",
          "waitP50",
          "waitP99",
          "runP50",
          "runP99",
          "queued");

  private FiguresFixture fixture;

  @BeforeEach
  void open() {
    fixture = FiguresFixture.open();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private JsonObject series() {
    return fixture.json("/api/v1/series");
  }

  @Test
  void afterTheStartThereIsNothingYet() {
    JsonObject series = series();
    assertThat(series.getInteger("step")).isEqualTo(5);
    assertThat(series.getLong("end")).isPositive();
    LINES.forEach(line -> assertThat(series.getJsonArray(line)).as(line).isEmpty());
  }

  @Test
  void eachStepIsAPointAndWhatEndedInItHasTimes() {
    VirtualWorker worker = fixture.worker("w", 1, "square");
    for (int i = 0; i < 3; i++) {
      fixture.get(() -> fixture.dispatch().submit(TaskRequest.of("square", 7)));
    }
    Await.until(() -> fixture.onLoop(() -> worker.all().size() == 1));
    fixture.onLoop(
        () -> {
          worker.succeeds(worker.all().get(0), "49");
          worker.link().flush();
          return null;
        });
    Await.until(() -> fixture.json("/api/v1/stats").getInteger("succeeded") == 1);
    fixture.seconds(10);
    JsonObject series = series();
    // More than two where the test was slow: then seconds have passed by themselves, too.
    LINES.forEach(line -> assertThat(series.getJsonArray(line)).as(line).hasSizeBetween(2, 8));
    assertThat(Instant.ofEpochSecond(series.getLong("end")))
        .isBetween(Instant.now().minus(Duration.ofSeconds(30)), Instant.now());
    assertThat(last(series, "queued")).isEqualTo(1);
    assertThat(numbers(series, "submitted")).anyMatch(rate -> rate > 0);
    assertThat(numbers(series, "ended")).anyMatch(rate -> rate > 0);
    assertThat(numbers(series, "failedAttempts")).containsOnly(0.0);
    assertThat(numbers(series, "waitP50")).isNotEmpty().allMatch(millis -> millis >= 0);
    assertThat(numbers(series, "runP99")).isNotEmpty().allMatch(millis -> millis >= 0);
    assertThat(last(series, "waitP99")).isNull();
  }

  private static Object last(JsonObject series, String line) {
    JsonArray all = series.getJsonArray(line);
    return all.getValue(all.size() - 1);
  }

  /** Those of that line which are there. */
  private static List<Double> numbers(JsonObject series, String line) {
    return series.getJsonArray(line).stream()
        .filter(Objects::nonNull)
        .map(each -> ((Number) each).doubleValue())
        .toList();
  }

  @Test
  void parametersAreRefused() {
    assertThat(fixture.send(fixture.request("/api/v1/series?step=1")).statusCode()).isEqualTo(400);
  }
}
