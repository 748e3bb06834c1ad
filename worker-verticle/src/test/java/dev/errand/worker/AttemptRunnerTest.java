package dev.errand.worker;

import static dev.errand.worker.Tasks.blocking;
import static dev.errand.worker.Tasks.loop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.Progress;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.CancelReason;
import dev.errand.worker.Rig.Told;
import dev.errand.worker.api.TaskContext;
import dev.errand.worker.api.TaskRejected;
import dev.errand.worker.handlers.EchoHandler;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttemptRunnerTest {

  private final Blocker blocker = new Blocker();
  private Rig rig;

  @AfterEach
  void close() {
    blocker.open();
    rig.close();
  }

  @Test
  void aHandlerSeesItsAttempt() {
    rig = new Rig(blocking("looks", AttemptRunnerTest::describe));
    Instant before = Instant.now();
    long lease = rig.run("looks", "{\"a\":[1,\"ü\"]}");
    JsonObject seen = new JsonObject(rig.awaitEnd(lease).result.text());
    assertThat(seen.getString("id")).isEqualTo(Rig.taskId(lease));
    assertThat(seen.getString("type")).isEqualTo("looks");
    assertThat(seen.getInteger("attempt")).isEqualTo(2);
    assertThat(seen.getString("json")).isEqualTo("{\"a\":[1,\"ü\"]}");
    assertThat(seen.getJsonObject("payload")).isEqualTo(new JsonObject("{\"a\":[1,\"ü\"]}"));
    assertThat(Instant.parse(seen.getString("deadline")))
        .isBetween(before.plusSeconds(59), Instant.now().plusSeconds(61));
  }

  private static JsonObject describe(TaskContext task) {
    return new JsonObject()
        .put("id", task.taskId())
        .put("type", task.type())
        .put("attempt", task.attempt())
        .put("json", task.json().text())
        .put("payload", task.payload())
        .put("deadline", task.deadline().toString());
  }

  @Test
  void aPayloadIsAnyJsonValue() {
    rig =
        new Rig(
            blocking("class", task -> task.payload() == null ? "null" : task.payload().getClass()));
    for (String[] each :
        new String[][] {
          {"{}", "JsonObject"},
          {"[]", "JsonArray"},
          {"\"\"", "String"},
          {"1", "Integer"},
          {"12345678901234567890", "BigInteger"},
          {"1.5", "Double"},
          {"true", "Boolean"},
          {"null", "null"}
        }) {
      assertThat(rig.awaitEnd(rig.run("class", each[0])).result.text()).contains(each[1]);
    }
  }

  @Test
  void onlyTheLatestProgressIsToldAndOnlyWhenItChanged() {
    rig =
        new Rig(
            blocking(
                "tells",
                task -> {
                  for (int i = 0; i <= 100_000; i++) {
                    task.progress(i / 200_000.0, "step " + i);
                  }
                  blocker.block();
                  return null;
                }));
    long lease = rig.run("tells");
    blocker.awaitEntered(1);
    assertThat(rig.takeProgress(lease)).isEqualTo(new Progress(0.5, "step 100000"));
    assertThat(rig.takeProgress(lease)).isNull();
  }

  @Test
  void aHandlerSubmitsAnotherTask() {
    rig =
        new Rig(
            loop("submits", task -> task.submit(TaskRequest.of("square", 7)).map(Task::id)),
            new EchoHandler());
    long lease = rig.run("submits");
    Rig.await(() -> rig.submitted.size() == 1);
    assertThat(rig.submitted).containsOnlyKeys(TaskRequest.of("square", 7));
    Task accepted =
        new Task(
            "an-id",
            "square",
            TaskState.QUEUED,
            Bytes.of("7"),
            null,
            null,
            new Task.Attempts(0, 3, null),
            new Task.Times(1, 0, 0),
            4,
            null,
            null,
            null);
    rig.onOwner(() -> rig.submitted.values().forEach(promise -> promise.complete(accepted)));
    assertThat(rig.awaitEnd(lease).result.text()).isEqualTo("\"an-id\"");
  }

  @Test
  void theResultLimitIsTheOneOfTheAttemptsStart() {
    rig = new Rig(new EchoHandler());
    rig.resultLimit = 3;
    assertThat(rig.awaitEnd(rig.run("echo", "123")).error).isNull();
    assertThat(rig.awaitEnd(rig.run("echo", "1234")).error.message())
        .isEqualTo("the result has 4 bytes, limits.result allows 3");
  }

  @Test
  void cancellingWhatHasEndedDoesNothing() {
    rig = new Rig(new EchoHandler());
    long lease = rig.run("echo");
    rig.awaitEnd(lease);
    rig.cancel(lease, CancelReason.CANCELLED);
    rig.look(50);
    assertThat(rig.told(lease).calls).containsExactly("outcome", "ended");
  }

  @Test
  void eachAttemptEndsOnceWhateverHappensToIt() {
    rig =
        new Rig(
            BlockingThreads.open(400),
            new EchoHandler(),
            loop("never", task -> task.cancelled().compose(any -> Future.failedFuture("gone"))),
            loop(
                "throws",
                task -> {
                  throw new TaskRejected("no");
                }),
            blocking("brief", TaskContext::payload),
            blocking(
                "waits",
                task -> {
                  blocker.blockInterruptibly();
                  return null;
                }));
    List<String> types = List.of("echo", "never", "throws", "brief", "waits");
    Random random = new Random(5);
    List<Long> leases = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      String type = types.get(random.nextInt(types.size()));
      leases.add(
          random.nextInt(4) == 0
              ? rig.runAndCancel(type, CancelReason.LOST)
              : rig.run(type, String.valueOf(i)));
      if (random.nextInt(3) == 0) {
        rig.cancel(leases.get(random.nextInt(leases.size())), CancelReason.CANCELLED);
      }
    }
    leases.forEach(lease -> rig.cancel(lease, CancelReason.TIMEOUT));
    for (long lease : leases) {
      Told told = rig.awaitEnd(lease);
      List<String> calls = new ArrayList<>(told.calls);
      calls.remove("cancelled");
      assertThat(calls).hasSize(2).endsWith("ended").containsAnyOf("outcome", "release");
      assertThat(told.result == null || told.error == null).isTrue();
    }
    rig.lookAfter(Duration.ofSeconds(1));
  }
}
