package dev.errand.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskJsonTest {

  private static final Task FULL =
      new Task(
          "6h0tdm71r0000",
          "square",
          TaskState.RUNNING,
          Bytes.of("{\"n\":[423,null,\"ü\"]}"),
          Bytes.of("\"423 * 423 = 178929\""),
          new TaskError(ErrorKind.WORKER_LOST, "gone", "for good"),
          new Task.Attempts(2, 3, "worker-1"),
          new Task.Times(1_785_000_000_000L, 1_785_000_000_123L, 1_785_000_001_000L),
          7,
          "a-batch",
          new Progress(0.75, "nearly"),
          new WaitingFor(WaitingFor.Code.SLOTS_BUSY, "all slots are taken"));

  private static Task bare(TaskState state, Bytes payload) {
    return new Task(
        "6h0tdm71r0001",
        "t",
        state,
        payload,
        null,
        null,
        new Task.Attempts(0, 1, null),
        new Task.Times(1, 0, 0),
        4,
        null,
        null,
        null);
  }

  /** Over the bus it is text. */
  private static Task back(Task task) {
    return TaskJson.decode(new JsonObject(TaskJson.encode(task).encode()));
  }

  @Test
  void fieldsHaveTheirNames() {
    JsonObject expected =
        new JsonObject(
            """
            {"id": "6h0tdm71r0000", "type": "square", "state": "running", "attempt": 2,
             "maxAttempts": 3, "submittedAt": "2026-07-25T17:20:00Z",
             "priority": 7, "batch": "a-batch", "payload": {"n": [423, null, "ü"]}, "result": "423 * 423 = 178929",
             "error": {"kind": "worker-lost", "message": "gone", "detail": "for good"},
             "worker": "worker-1", "startedAt": "2026-07-25T17:20:00.123Z",
             "finishedAt": "2026-07-25T17:20:01Z",
             "progress": {"fraction": 0.75, "message": "nearly"},
             "waitingFor": {"code": "slots-busy", "message": "all slots are taken"}}
            """);
    assertThat(new JsonObject(TaskJson.encode(FULL).encode())).isEqualTo(expected);
  }

  @Test
  void fieldsWithoutAValueAreLeftOut() {
    assertThat(TaskJson.encode(bare(TaskState.QUEUED, null)).fieldNames())
        .containsExactlyInAnyOrder(
            "id", "type", "state", "attempt", "maxAttempts", "submittedAt", "priority");
  }

  @Test
  void tasksComeBack() {
    assertThat(back(FULL)).isEqualTo(FULL);
    assertThat(TaskJson.decode(TaskJson.encode(FULL))).isEqualTo(FULL);
    for (TaskState state : TaskState.values()) {
      assertThat(back(bare(state, null))).isEqualTo(bare(state, null));
    }
    for (String json :
        List.of("null", "1", "1.5", "true", "\"\"", "[]", "{}", "[[{}],{\"a\":1}]")) {
      Task task = bare(TaskState.QUEUED, Bytes.of(json));
      assertThat(back(task)).isEqualTo(task);
    }
  }

  @Test
  void everyWordComesBack() {
    for (ErrorKind kind : ErrorKind.values()) {
      assertThat(ErrorKind.of(kind.text())).isSameAs(kind);
      assertThat(kind.text()).matches("[a-z-]+");
    }
    for (WaitingFor.Code code : WaitingFor.Code.values()) {
      assertThat(WaitingFor.Code.of(code.text())).isSameAs(code);
      assertThat(code.text()).matches("[a-z-]+");
    }
  }

  @Test
  void unknownFieldsAreIgnoredAndUnknownWordsAreNot() {
    JsonObject json = TaskJson.encode(FULL);
    assertThat(TaskJson.decode(json.copy().put("colour", 4))).isEqualTo(FULL);
    assertThatThrownBy(() -> TaskJson.decode(json.copy().put("state", "paused")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TaskJson.decode(json.copy().put("attempt", "two")))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void valuesAreReadAsWhatTheyAreAskedFor() {
    assertThat(FULL.payloadAs(JsonObject.class).getJsonArray("n"))
        .isEqualTo(new JsonArray().add(423).addNull().add("ü"));
    assertThat(FULL.resultAs(String.class)).isEqualTo("423 * 423 = 178929");
    assertThat(FULL.<Object>resultAs(Object.class)).isEqualTo("423 * 423 = 178929");
    assertThat(bare(TaskState.FAILED, null).resultAs(String.class)).isNull();
    assertThatThrownBy(() -> FULL.resultAs(JsonObject.class))
        .isInstanceOf(io.vertx.core.json.DecodeException.class);
  }
}
