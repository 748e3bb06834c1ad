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
    LINES.forEach(line -> assertThat(series.getJsonArray(line)).as(line).hasSizeBetween(2, 3));
    assertThat(Instant.ofEpochSecond(series.getLong("end")))
        .isBetween(Instant.now().minus(Duration.ofSeconds(30)), Instant.now());
    assertThat(series.getJsonArray("queued").getInteger(0)).isOne();
    assertThat(series.getJsonArray("submitted").getDouble(0)).isPositive();
    assertThat(series.getJsonArray("ended").getDouble(0)).isPositive();
    assertThat(series.getJsonArray("failedAttempts").getDouble(0)).isZero();
    assertThat(series.getJsonArray("waitP50").getLong(0)).isNotNegative();
    assertThat(series.getJsonArray("runP99").getLong(0)).isNotNegative();
    JsonArray waits = series.getJsonArray("waitP99");
    assertThat(waits.getValue(waits.size() - 1)).isNull();
  }

  @Test
  void parametersAreRefused() {
    assertThat(fixture.send(fixture.request("/api/v1/series?step=1")).statusCode()).isEqualTo(400);
  }
}
