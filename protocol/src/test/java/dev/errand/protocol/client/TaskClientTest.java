package dev.errand.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.protocol.Addresses;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.ErrorKind;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskError;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskJson;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.TaskState;
import dev.errand.protocol.frame.Accepted;
import dev.errand.protocol.frame.BatchReader;
import dev.errand.protocol.frame.Bundle;
import dev.errand.protocol.frame.Done;
import dev.errand.protocol.frame.FrameKind;
import dev.errand.protocol.frame.Header;
import dev.errand.protocol.frame.MalformedFrameException;
import dev.errand.protocol.frame.Submit;
import dev.errand.protocol.link.DispatcherEnd;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client on a bus, with a dispatcher that knows how each type ends. */
class TaskClientTest {

  /** Of the task that was there before. */
  private static final long KNOWN = 7;

  private final Vertx vertx = Vertx.vertx();
  private final CompletableFuture<Void> bye = new CompletableFuture<>();
  private final DispatcherEnd dispatcher = new DispatcherEnd(1, this::take);

  /** What the next requests are answered with instead. */
  private final Queue<Object> oddAnswers = new ArrayDeque<>();

  private TaskClient client;
  private long lastId = 1L << 60;

  @BeforeEach
  void open() throws Exception {
    vertx.eventBus().consumer(Addresses.DISPATCHER, this::frame);
    client = get(TaskClient.create(vertx, "errand", "node"));
  }

  @AfterEach
  void close() throws Exception {
    get(vertx.close());
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private void frame(Message<byte[]> message) {
    if (message.replyAddress() == null) {
      Bundle.unpack(message.body(), dispatcher::receive);
    } else if (!oddAnswers.isEmpty()) {
      message.reply(oddAnswers.remove());
    } else {
      message.reply(dispatcher.request(message.body(), this::toClient));
    }
    dispatcher.flush(this::toClient);
  }

  private void toClient(byte[] frame) {
    vertx.eventBus().send(Addresses.node("node"), frame);
  }

  private void take(byte[] frame) {
    try {
      if (Header.read(frame).kind() == FrameKind.BYE) {
        bye.complete(null);
      } else if (Header.read(frame).kind() == FrameKind.SUBMIT) {
        BatchReader batch = new BatchReader(frame);
        while (batch.next()) {
          take(Submit.read(batch));
        }
      }
    } catch (MalformedFrameException e) {
      throw new AssertionError(e);
    }
  }

  private void take(Submit submit) {
    long id = submit.type().equals("known") ? KNOWN : ++lastId;
    Accepted answer =
        submit.type().equals("refused")
            ? Accepted.refused(submit.number(), "no room", 4_000)
            : Accepted.taken(submit.number(), id, id == KNOWN);
    answer.write(dispatcher.batch(FrameKind.ACCEPTED));
    if (submit.watched() && submit.type().equals("echo")) {
      tellEnd(id, TaskState.SUCCEEDED, submit.payload(), null);
    } else if (submit.watched() && submit.type().equals("fails")) {
      tellEnd(id, TaskState.FAILED, null, new TaskError(ErrorKind.HANDLER, "no route"));
    } else if (submit.watched() && submit.type().equals("cancelled")) {
      tellEnd(id, TaskState.CANCELLED, null, null);
    }
  }

  private void tellEnd(long id, TaskState state, Bytes result, TaskError error) {
    new Done(id, task(id, state, result, error)).write(dispatcher.batch(FrameKind.DONE));
  }

  private static Task task(long id, TaskState state, Bytes result, TaskError error) {
    return new Task(
        TaskId.text(id),
        "fails",
        state,
        null,
        result,
        error,
        new Task.Attempts(2, 2, "w"),
        new Task.Times(1, 2, 3),
        4,
        null,
        null,
        null);
  }

  /** Blocking code of the client's context is on that context, and on other threads. */
  @Test
  void blockingCodeAndTheLoopOfTheSameContextMayCallAtOnce() throws Exception {
    int calls = 5_000;
    Context context = vertx.getOrCreateContext();
    List<Future<?>> ends = Collections.synchronizedList(new ArrayList<>());
    Promise<Void> made = Promise.promise();
    context.runOnContext(
        any ->
            TaskClient.create(vertx, "errand", "node")
                .onSuccess(own -> client = own)
                .<Void>mapEmpty()
                .onComplete(made));
    get(made.future());
    Runnable submit =
        () -> {
          for (int i = 0; i < calls; i++) {
            ends.add(client.run(TaskRequest.of("echo", i)));
          }
        };
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      callers.add(
          context.executeBlocking(
              () -> {
                submit.run();
                return null;
              },
              false));
    }
    Promise<Void> onLoop = Promise.promise();
    context.runOnContext(
        any -> {
          submit.run();
          onLoop.complete();
        });
    callers.add(onLoop.future());
    get(Future.all(callers));
    get(Future.all(List.copyOf(ends)));
    assertThat(ends).hasSize(5 * calls);
  }

  @Test
  void whatIsNoFrameHarmsNobody() throws Exception {
    get(client.close());
    List<Object> odd = List.of("text", 7, new JsonObject().put("a", 1), Buffer.buffer("x"));
    oddAnswers.addAll(odd);
    client = get(TaskClient.create(vertx, "errand", "node"));
    assertThat(get(client.call("echo", 1, Integer.class))).isEqualTo(1);
    assertThat(oddAnswers).isEmpty();
    odd.forEach(body -> vertx.eventBus().send(Addresses.node("node"), body));
    vertx.eventBus().send(Addresses.node("node"), null);
    assertThat(get(client.call("echo", 2, Integer.class))).isEqualTo(2);
  }

  @Test
  void aCallGivesTheResult() throws Exception {
    assertThat(get(client.call("echo", "ü", String.class))).isEqualTo("ü");
    assertThat(get(client.call("echo", new JsonObject().put("a", 1), JsonObject.class)))
        .isEqualTo(new JsonObject().put("a", 1));
  }

  @Test
  void whatIsNoIdIsToldSo() {
    for (String id : new String[] {"foo", "", null, "0000000000000x"}) {
      for (Future<Task> asked :
          List.of(
              client.get(id),
              client.cancel(id),
              client.retry(id),
              client.await(id, Duration.ofSeconds(1)))) {
        assertThatThrownBy(() -> get(asked))
            .cause()
            .isInstanceOf(TaskLostException.class)
            .hasMessage("no task '" + id + "': that is not the form of a task's id");
      }
    }
  }

  @Test
  void aTaskThatFailsFailsItsCall() {
    assertThatThrownBy(() -> get(client.call("fails", 1, String.class)))
        .cause()
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("of type 'fails' failed after attempt 2: handler: no route")
        .extracting(thrown -> ((TaskFailedException) thrown).task().state())
        .isEqualTo(TaskState.FAILED);
  }

  @Test
  void aTaskThatIsCancelledFailsWhoRunsIt() throws Exception {
    assertThatThrownBy(() -> get(client.run(TaskRequest.of("cancelled", 1))))
        .cause()
        .isInstanceOf(TaskFailedException.class)
        .hasMessageEndingWith("of type 'fails' was cancelled")
        .extracting(thrown -> ((TaskFailedException) thrown).task().state())
        .isEqualTo(TaskState.CANCELLED);
    assertThatThrownBy(() -> get(client.call("cancelled", 1, String.class)))
        .cause()
        .isInstanceOf(TaskFailedException.class);
  }

  @Test
  void aRefusalFailsTheSubmission() {
    assertThatThrownBy(() -> get(client.submit(TaskRequest.of("refused", 1))))
        .cause()
        .isInstanceOf(SubmissionException.class)
        .hasMessage("no room")
        .extracting(thrown -> ((SubmissionException) thrown).retryAfter())
        .isEqualTo(Duration.ofSeconds(4));
    assertThatThrownBy(() -> get(client.run(TaskRequest.of("refused", 1))))
        .cause()
        .isInstanceOf(SubmissionException.class);
  }

  @Test
  void whatWasThereBeforeIsShownAsItStands() throws Exception {
    Task known = task(KNOWN, TaskState.FAILED, null, new TaskError(ErrorKind.HANDLER, "no route"));
    serve(Addresses.TASKS_GET, known);
    TaskRequest again = TaskRequest.of("known", 1).withBatch(new BatchPlace("b", 1));
    assertThat(get(client.submit(again))).isEqualTo(known);
    assertThat(get(client.submitAll(List.of(TaskRequest.of("echo", 2), again)))).contains(known);
  }

  @Test
  void whatWasThereBeforeAndCannotBeShownFailsTheSubmission() {
    TaskRequest again = TaskRequest.of("known", 1).withIdempotencyKey("k");
    assertThatThrownBy(() -> get(client.submit(again))).cause().isInstanceOf(ReplyException.class);
    vertx.eventBus().consumer(Addresses.TASKS_GET, asked -> asked.fail(404, "no task"));
    assertThatThrownBy(() -> get(client.submit(again)))
        .cause()
        .isInstanceOf(TaskLostException.class)
        .hasMessage(
            "task "
                + TaskId.text(KNOWN)
                + ", which was there before, has just been removed after its retention: submit it"
                + " again");
  }

  @Test
  void manySubmissionsAreAcceptedInOrder() throws Exception {
    List<TaskRequest> requests =
        IntStream.range(0, 5_000).mapToObj(i -> TaskRequest.of("keeps", i)).toList();
    List<Task> tasks = get(client.submitAll(requests));
    assertThat(tasks.stream().map(task -> task.payloadAs(Integer.class)).toList())
        .isEqualTo(IntStream.range(0, 5_000).boxed().toList());
    assertThat(tasks.stream().map(Task::id).toList()).isSorted().doesNotHaveDuplicates();
    assertThat(tasks).allMatch(task -> task.state() == TaskState.QUEUED);
  }

  @Test
  void whatAListenerThrowsIsNothingToTheOthers() throws Exception {
    CompletableFuture<Throwable> told = new CompletableFuture<>();
    vertx.exceptionHandler(told::complete);
    List<Future<Task>> all = new ArrayList<>();
    vertx.runOnContext(
        any -> {
          for (int i = 0; i < 10; i++) {
            Future<Task> task = client.submit(TaskRequest.of("echo", i));
            all.add(i == 3 ? task.onSuccess(accepted -> bad()) : task);
          }
        });
    get(client.submit(TaskRequest.of("echo", 10)));
    get(client.run(TaskRequest.of("echo", 11)));
    assertThat(all).hasSize(10).allMatch(Future::succeeded);
    assertThat(told.get(20, TimeUnit.SECONDS)).hasMessage("bad listener");
  }

  private static void bad() {
    throw new IllegalStateException("bad listener");
  }

  @Test
  void aPatienceBeyondAllMeasureIsOneThatDoesNotEnd() throws Exception {
    Task task = get(client.submit(TaskRequest.of("echo", 1)));
    Future<Task> end = client.await(task.id(), Duration.ofSeconds(Long.MAX_VALUE));
    get(client.close());
    assertThatThrownBy(() -> get(end)).hasMessageContaining("closed");
  }

  @Test
  void waitingEndsWithItsPatience() {
    assertThatThrownBy(() -> get(client.await(TaskId.text(5), Duration.ofMillis(20))))
        .cause()
        .isInstanceOf(TimeoutException.class)
        .hasMessage("task 0000000000005 has not ended within PT0.02S");
    assertThatThrownBy(() -> get(client.await("nonsense", Duration.ofSeconds(9))))
        .cause()
        .isInstanceOf(TaskLostException.class);
  }

  @Test
  void aTaskCanBeLookedAt() throws Exception {
    Task known = task(7, TaskState.SUCCEEDED, Bytes.of("[1]"), null);
    vertx
        .eventBus()
        .<JsonObject>consumer(Addresses.TASKS_GET)
        .handler(
            asked -> {
              if (asked.body().getString("id").equals(known.id())) {
                asked.reply(TaskJson.encode(known));
              } else {
                asked.fail(404, "there is no such task");
              }
            });
    assertThat(get(client.get(known.id()))).isEqualTo(known);
    assertThat(get(client.get(TaskId.text(8)))).isNull();
  }

  /** A dispatcher that knows one task answers at that address. */
  private void serve(String address, Task known) {
    vertx
        .eventBus()
        .<JsonObject>consumer(
            address,
            asked -> {
              String id = asked.body().getString("id");
              if (id.equals(known.id())) {
                asked.reply(TaskJson.encode(known));
              } else if (id.equals(TaskId.text(9))) {
                asked.fail(409, "task " + id + " has ended: it succeeded");
              } else {
                asked.fail(404, "there is no task " + id);
              }
            });
  }

  private static void failsWith(int code, String message, Future<Task> answer) {
    assertThatThrownBy(() -> get(answer))
        .cause()
        .isInstanceOf(ReplyException.class)
        .hasMessage(message)
        .extracting(thrown -> ((ReplyException) thrown).failureCode())
        .isEqualTo(code);
  }

  @Test
  void aTaskCanBeCancelled() throws Exception {
    Task cancelled = task(7, TaskState.CANCELLED, null, null);
    serve(Addresses.TASKS_CANCEL, cancelled);
    assertThat(get(client.cancel(cancelled.id()))).isEqualTo(cancelled);
    failsWith(404, "there is no task " + TaskId.text(8), client.cancel(TaskId.text(8)));
    failsWith(
        409, "task " + TaskId.text(9) + " has ended: it succeeded", client.cancel(TaskId.text(9)));
  }

  @Test
  void aTaskCanBeRetried() throws Exception {
    Task waits = task(7, TaskState.QUEUED, null, null);
    serve(Addresses.TASKS_RETRY, waits);
    assertThat(get(client.retry(waits.id()))).isEqualTo(waits);
    failsWith(404, "there is no task " + TaskId.text(8), client.retry(TaskId.text(8)));
    failsWith(
        409, "task " + TaskId.text(9) + " has ended: it succeeded", client.retry(TaskId.text(9)));
  }

  @Test
  void withoutADispatcherNothingIsCancelledNorRetried() {
    String id = TaskId.text(8);
    for (Future<Task> answer : List.of(client.cancel(id), client.retry(id))) {
      assertThatThrownBy(() -> get(answer))
          .cause()
          .isInstanceOf(ReplyException.class)
          .extracting(thrown -> ((ReplyException) thrown).failureCode())
          .isEqualTo(-1);
    }
  }

  @Test
  void closingSaysGoodbyeAndFailsWhatIsOpen() throws Exception {
    Task accepted = get(client.submit(TaskRequest.of("keeps", 1)));
    Future<Task> open = client.await(accepted.id(), Duration.ofSeconds(20));
    get(client.close());
    bye.get(20, TimeUnit.SECONDS);
    assertThatThrownBy(() -> get(open)).hasMessageContaining("the client was closed");
    assertThatThrownBy(() -> get(client.submit(TaskRequest.of("keeps", 2))))
        .hasMessageContaining("the client was closed");
  }
}
