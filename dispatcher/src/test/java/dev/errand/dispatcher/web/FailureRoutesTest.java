package dev.errand.dispatcher.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.dispatcher.Await;
import dev.errand.dispatcher.core.Taken;
import dev.errand.dispatcher.core.VirtualWorker;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FailureRoutesTest {

  private FiguresFixture fixture;

  @BeforeEach
  void open() {
    fixture = FiguresFixture.open();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private JsonArray failures() {
    return fixture.json("/api/v1/failures").getJsonArray("failures");
  }

  private void fail(VirtualWorker worker) {
    Await.until(() -> fixture.onLoop(() -> worker.all().size() == 1));
    fixture.onLoop(
        () -> {
          worker.fails(worker.all().get(0), ErrorKind.HANDLER);
          worker.link().flush();
          return null;
        });
  }

  @Test
  void nothingHasFailedYet() {
    assertThat(failures()).isEmpty();
    assertThat(fixture.send(fixture.request("/api/v1/failures?type=a")).statusCode())
        .isEqualTo(400);
  }

  @Test
  void attemptsThatAreTriedAgainAndTasksThatFailedAreToldTogether() {
    VirtualWorker worker = fixture.worker("w", 1, "square");
    Taken task = fixture.get(() -> fixture.dispatch().submit(TaskRequest.of("square", 7)));
    fail(worker);
    Await.until(() -> !failures().isEmpty());
    assertThat(failures().getJsonObject(0).getInteger("failedTasks")).isZero();
    fail(worker);
    Await.until(() -> failures().getJsonObject(0).getInteger("count") == 2);
    assertThat(failures()).hasSize(1);
    JsonObject failure = failures().getJsonObject(0);
    assertThat(failure.getInstant("lastAt")).isAfterOrEqualTo(failure.getInstant("firstAt"));
    failure.remove("firstAt");
    failure.remove("lastAt");
    assertThat(failure)
        .isEqualTo(
            new JsonObject()
                .put("type", "square")
                .put("kind", "handler")
                .put("message", "it was handler")
                .put("count", 2)
                .put("failedTasks", 1)
                .put("task", TaskId.text(task.id()))
                .put("worker", "w"));
  }

  @Test
  void oneThatIsTriedAgainDoesNotCountAsFailedAnyMore() {
    VirtualWorker worker = fixture.worker("w", 1, "square");
    Taken task =
        fixture.get(
            () -> fixture.dispatch().submit(TaskRequest.of("square", 7).withMaxAttempts(1)));
    fail(worker);
    Await.until(
        () -> !failures().isEmpty() && failures().getJsonObject(0).getInteger("failedTasks") == 1);
    fixture.get(() -> fixture.dispatch().retry(task.id()));
    assertThat(failures().getJsonObject(0).getInteger("failedTasks")).isZero();
    assertThat(failures().getJsonObject(0).getInteger("count")).isOne();
  }
}
