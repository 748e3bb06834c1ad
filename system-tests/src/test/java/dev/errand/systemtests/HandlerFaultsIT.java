package dev.errand.systemtests;

import static dev.errand.systemtests.ProcessCluster.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.worker.api.BlockingTaskHandler;
import dev.errand.worker.api.TaskContext;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A handler that misbehaves costs its own attempt, with an error that says what happened. */
class HandlerFaultsIT {

  private static JvmCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster =
        new JvmCluster(
            new JsonObject(),
            FaultyHandlers.Throwing.class,
            FaultyHandlers.FailsTwice.class,
            FaultyHandlers.Rejecting.class,
            FaultyHandlers.NeverAnswering.class,
            FaultyHandlers.NotJson.class,
            FaultyHandlers.TooLarge.class,
            FaultyHandlers.BlocksTheLoop.class,
            FaultyHandlers.Hanging.class,
            FaultyHandlers.Submitting.class);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static Task run(TaskRequest request) throws Exception {
    Task task = get(cluster.client.submit(request));
    return get(cluster.client.await(task.id(), Duration.ofSeconds(40)));
  }

  @Test
  void aHandlerThatThrowsIsTriedAsOftenAsTheTaskMay() throws Exception {
    Task ended = run(TaskRequest.of("throwing", 1).withMaxAttempts(3));
    assertThat(ended.state()).isEqualTo(TaskState.FAILED);
    assertThat(ended.attempt()).isEqualTo(3);
    assertThat(ended.error().kind()).isEqualTo(ErrorKind.HANDLER);
    assertThat(ended.error().message())
        .isEqualTo("java.lang.IllegalArgumentException: attempt 3 does not like it");
    assertThat(ended.error().detail()).contains("FaultyHandlers$Throwing.handle");
  }

  @Test
  void aRetryThatSucceedsIsASuccess() throws Exception {
    Task ended = run(TaskRequest.of("fails-twice", new JsonObject().put("a", 1)));
    assertThat(ended.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(ended.resultAs(JsonObject.class))
        .isEqualTo(new JsonObject().put("a", 1).put("attempt", 3));
  }

  @Test
  void aRejectedTaskIsNotTriedAgain() throws Exception {
    Task ended = run(TaskRequest.of("rejecting", 1));
    assertThat(ended.attempt()).isEqualTo(1);
    assertThat(ended.error().kind()).isEqualTo(ErrorKind.REJECTED);
    assertThat(ended.error().message()).isEqualTo("never");
  }

  @Test
  void aHandlerThatNeverAnswersTimesOut() throws Exception {
    Task ended =
        run(
            TaskRequest.of("never-answering", 1)
                .withMaxAttempts(1)
                .withTimeout(Duration.ofMillis(300)));
    assertThat(ended.error().kind()).isEqualTo(ErrorKind.TIMEOUT);
    assertThat(ended.error().message())
        .isEqualTo("the handler of 'never-answering' gave no outcome in 300 ms");
  }

  @Test
  void aHandlerThatHangsOnItsThreadTimesOutAndFreesItsSlot() throws Exception {
    for (int i = 0; i < 8; i++) {
      Task ended =
          run(TaskRequest.of("hanging", 1).withMaxAttempts(1).withTimeout(Duration.ofMillis(100)));
      assertThat(ended.error().kind()).isEqualTo(ErrorKind.TIMEOUT);
    }
  }

  @Test
  void aResultThatIsNotJsonIsAnInvalidResult() throws Exception {
    Task object = run(TaskRequest.of("not-json", "object").withMaxAttempts(1));
    assertThat(object.error().kind()).isEqualTo(ErrorKind.RESULT_INVALID);
    assertThat(object.error().message()).contains("java.lang.Object");
    Task bytes = run(TaskRequest.of("not-json", "bytes").withMaxAttempts(1));
    assertThat(bytes.error().kind()).isEqualTo(ErrorKind.RESULT_INVALID);
    assertThat(bytes.error().message()).contains("not JSON");
  }

  @Test
  void aResultOverTheLimitSaysBothSizes() throws Exception {
    Task ended = run(TaskRequest.of("too-large", 1).withMaxAttempts(1));
    assertThat(ended.error().kind()).isEqualTo(ErrorKind.RESULT_TOO_LARGE);
    assertThat(ended.error().message())
        .isEqualTo("the result has 3000002 bytes, limits.result allows 1048576");
  }

  @Test
  void aHandlerThatBlocksItsLoopCostsOnlyItsOwnAttempt() throws Exception {
    Task blocking =
        get(cluster.client.submit(TaskRequest.of("blocks-the-loop", 1).withMaxAttempts(1)));
    List<Task> innocent = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      innocent.add(
          get(
              cluster.client.submit(
                  i % 2 == 0
                      ? TaskRequest.of("sleep", "3s").withMaxAttempts(2)
                      : TaskRequest.of("square", i).withMaxAttempts(2))));
    }
    Task ended = get(cluster.client.await(blocking.id(), Duration.ofSeconds(20)));
    assertThat(ended.error().kind()).isEqualTo(ErrorKind.HANDLER);
    assertThat(ended.error().message())
        .contains("'blocks-the-loop' has blocked its event loop for")
        .contains("make it a BlockingTaskHandler");
    assertThat(ended.error().detail()).contains("FaultyHandlers$BlocksTheLoop.handle");
    for (Task one : innocent) {
      Task end = get(cluster.client.await(one.id(), Duration.ofSeconds(40)));
      assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
      // A failed attempt would have left its error, if only until the next.
      assertThat(end.error()).isNull();
    }
    assertThat(cluster.stats().getJsonArray("workers")).hasSize(1);
  }

  @Test
  void aHandlerSubmitsAnotherTask() throws Exception {
    Task ended = run(TaskRequest.of("submitting", 1));
    Task other = get(cluster.client.await(ended.resultAs(String.class), Duration.ofSeconds(20)));
    assertThat(other.resultAs(String.class)).isEqualTo("7 * 7 = 49");
  }

  @Test
  void aTaskOfATypeNobodyOffersWaitsSaysWhyAndRunsWhenAWorkerOffersIt() throws Exception {
    Task task = get(cluster.client.submit(TaskRequest.of("late-type", "hello")));
    Task waiting = get(cluster.client.get(task.id()));
    assertThat(waiting.state()).isEqualTo(TaskState.QUEUED);
    assertThat(waiting.waitingFor().message()).isEqualTo("no worker offers 'late-type'");
    cluster.worker("late", LateType.class);
    Task ended = get(cluster.client.await(task.id(), Duration.ofSeconds(20)));
    assertThat(ended.worker()).isEqualTo("late");
    assertThat(ended.resultAs(String.class)).isEqualTo("hello");
  }

  /** What nobody offers at first. */
  public static final class LateType implements BlockingTaskHandler {
    @Override
    public String type() {
      return "late-type";
    }

    @Override
    public Object handle(TaskContext task) {
      return task.payload();
    }
  }
}
