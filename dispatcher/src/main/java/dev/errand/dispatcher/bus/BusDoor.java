package dev.errand.dispatcher.bus;

import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.TurnLoop;
import dev.errand.dispatcher.api.FieldText;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.TaskReader;
import dev.errand.protocol.Addresses;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskJson;
import dev.errand.protocol.TaskRequest;
import dev.errand.protocol.bus.BusPort;
import dev.errand.protocol.frame.Bundle;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.tracing.TracingPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** Takes frames and questions from the bus. Its handlers run on the dispatcher's event loop. */
public final class BusDoor {

  private static final int BAD_REQUEST = 400;
  private static final int FAILED = 500;
  private static final DeliveryOptions ANSWER =
      new DeliveryOptions().setTracingPolicy(TracingPolicy.IGNORE);

  private final Vertx vertx;
  private final TurnLoop turns;
  private final Dispatch dispatch;
  private final TaskReader reader;
  private final long usualWait;
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();

  /**
   * A door that is closed yet.
   *
   * @param turns takes frames
   * @param dispatch answers questions that come as JSON
   * @param usualWait of callers who do not say how long they wait for a task
   */
  public BusDoor(Vertx vertx, TurnLoop turns, Dispatch dispatch, Duration usualWait) {
    this.vertx = vertx;
    this.turns = turns;
    this.dispatch = dispatch;
    this.usualWait = usualWait.toMillis();
    this.reader = new TaskReader(dispatch.mostPayload());
  }

  /** Opens; completes when the cluster knows the addresses. */
  public Future<Void> open() {
    consumers.add(vertx.eventBus().consumer(Addresses.DISPATCHER, this::frame));
    answer(Addresses.TASKS_SUBMIT, this::submit);
    serve(Addresses.TASKS_GET, dispatch::find);
    serve(Addresses.TASKS_CANCEL, dispatch::cancel);
    serve(Addresses.TASKS_RETRY, dispatch::retry);
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList()).mapEmpty();
  }

  /** Closes; completes when the cluster has forgotten the addresses. */
  public Future<Void> close() {
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList()).mapEmpty();
  }

  private void frame(Message<Object> message) {
    byte[] frames = BusPort.frame(message);
    if (message.replyAddress() == null) {
      Bundle.unpack(frames, turns::receive);
      return;
    }
    byte[] answer = turns.request(frames);
    if (answer != null) {
      message.reply(answer, ANSWER);
    }
  }

  private void serve(String address, LongFunction<Future<Task>> command) {
    answer(address, message -> serve(message, command));
  }

  /** Whoever asks that handler is told if not even the JSON can be read. */
  private void answer(String address, Handler<Message<Object>> handler) {
    consumers.add(
        vertx
            .eventBus()
            .consumer(
                address,
                (Message<Object> message) -> {
                  try {
                    // It is decoded here, and kept.
                    message.body();
                  } catch (DecodeException e) {
                    message.fail(BAD_REQUEST, "the body can't be read: " + e.getMessage());
                    return;
                  }
                  handler.handle(message);
                }));
  }

  private static void serve(Message<Object> message, LongFunction<Future<Task>> command) {
    if (!(message.body() instanceof JsonObject body
        && body.getValue("id") instanceof String text)) {
      message.fail(BAD_REQUEST, "send {\"id\": a task's id}");
      return;
    }
    long id = TaskId.parse(text);
    (id < 0 ? Future.<Task>succeededFuture() : command.apply(id))
        .onComplete(
            task -> {
              if (task == null) {
                fail(message, Problem.noTask(text));
              } else {
                answer(message, task);
              }
            },
            failure -> fail(message, failure));
  }

  private void submit(Message<Object> message) {
    if (!(message.body() instanceof JsonObject body)) {
      message.fail(BAD_REQUEST, "send {\"type\": a task's type, \"payload\": any JSON}");
      return;
    }
    try {
      List<Problem.Field> wrong = new ArrayList<>(0);
      long wait = millis(body.remove("wait"), wrong);
      TaskRequest task = reader.read(Bytes.of(body.toBuffer().getBytes()), wrong);
      dispatch
          .submit(task)
          .compose(taken -> await(taken.id(), wait))
          .onComplete(ended -> answer(message, ended), failure -> fail(message, failure));
    } catch (Problem e) {
      fail(message, e);
    } catch (EncodeException e) {
      message.fail(BAD_REQUEST, "the body can't become JSON: " + e.getMessage());
    }
  }

  private Future<Task> await(long id, long wait) {
    return wait > 0 ? dispatch.await(id, wait).end() : dispatch.find(id);
  }

  private long millis(Object wait, List<Problem.Field> wrong) {
    if (wait == null || "".equals(wait)) {
      return wait == null ? 0 : usualWait;
    }
    long millis = wait instanceof String text ? FieldText.millis(text, 0, FieldText.MAX_WAIT) : -1;
    if (millis < 0) {
      wrong.add(new Problem.Field("wait", FieldText.duration(0, FieldText.MAX_WAIT)));
    }
    return millis;
  }

  /** The code is the status that HTTP has for it. */
  private static void fail(Message<Object> message, Throwable failure) {
    Problem problem = Problem.of(failure);
    message.fail(
        problem == null ? FAILED : problem.type().status(), String.valueOf(failure.getMessage()));
  }

  private static void answer(Message<Object> message, Task task) {
    JsonObject json;
    try {
      json = TaskJson.encode(task);
    } catch (DecodeException | EncodeException e) {
      // Valid JSON all the same, but with a number or a depth that no JsonObject holds.
      message.fail(FAILED, "the task's payload or result does not fit into a JsonObject");
      return;
    }
    message.reply(json);
  }
}
