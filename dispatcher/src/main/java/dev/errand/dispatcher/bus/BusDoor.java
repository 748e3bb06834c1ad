package dev.errand.dispatcher.bus;

import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.RefusedException;
import dev.errand.protocol.Addresses;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskJson;
import dev.errand.protocol.bus.BusPort;
import dev.errand.protocol.frame.Bundle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.tracing.TracingPolicy;
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
  private final Dispatch dispatch;
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();

  public BusDoor(Vertx vertx, Dispatch dispatch) {
    this.vertx = vertx;
    this.dispatch = dispatch;
  }

  /** Opens; completes when the cluster knows the addresses. */
  public Future<Void> open() {
    consumers.add(vertx.eventBus().consumer(Addresses.DISPATCHER, this::frame));
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
      Bundle.unpack(frames, dispatch::receive);
      return;
    }
    byte[] answer = dispatch.request(frames);
    if (answer != null) {
      message.reply(answer, ANSWER);
    }
  }

  private void serve(String address, LongFunction<Future<Task>> command) {
    consumers.add(vertx.eventBus().consumer(address, message -> serve(message, command)));
  }

  private static void serve(Message<Object> message, LongFunction<Future<Task>> command) {
    long id =
        message.body() instanceof JsonObject body && body.getValue("id") instanceof String text
            ? TaskId.parse(text)
            : -1;
    if (id < 0) {
      message.fail(BAD_REQUEST, "send {\"id\": a task's id}");
      return;
    }
    command
        .apply(id)
        .onComplete(
            (Task task) -> answer(message, task),
            failure -> message.fail(code(failure), String.valueOf(failure.getMessage())));
  }

  /** The status that HTTP has for it. */
  private static int code(Throwable failure) {
    if (!(failure instanceof RefusedException refused)) {
      return FAILED;
    }
    return switch (refused.refusal().kind()) {
      case INVALID -> BAD_REQUEST;
      case UNKNOWN -> 404;
      case CONFLICT -> 409;
      case LIMIT -> 429;
      case NO_ROOM -> 507;
    };
  }

  private static void answer(Message<Object> message, Task task) {
    JsonObject json;
    try {
      json = task == null ? null : TaskJson.encode(task);
    } catch (DecodeException | EncodeException e) {
      // Valid JSON all the same, but with a number or a depth that no JsonObject holds.
      message.fail(FAILED, "the task's payload or result does not fit into a JsonObject");
      return;
    }
    message.reply(json);
  }
}
