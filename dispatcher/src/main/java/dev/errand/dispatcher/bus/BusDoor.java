package dev.errand.dispatcher.bus;

import dev.errand.dispatcher.Dispatch;
import dev.errand.protocol.Addresses;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskJson;
import dev.errand.protocol.link.BusPort;
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
    consumers.add(vertx.eventBus().consumer(Addresses.TASKS_GET, this::get));
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList()).mapEmpty();
  }

  /** Closes; completes when the cluster has forgotten the addresses. */
  public Future<Void> close() {
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList()).mapEmpty();
  }

  private void frame(Message<Object> message) {
    byte[] frame = BusPort.frame(message);
    if (message.replyAddress() == null) {
      dispatch.receive(frame);
      return;
    }
    byte[] answer = dispatch.request(frame);
    if (answer != null) {
      message.reply(answer, ANSWER);
    }
  }

  private void get(Message<Object> message) {
    long id =
        message.body() instanceof JsonObject body && body.getValue("id") instanceof String text
            ? TaskId.parse(text)
            : -1;
    if (id < 0) {
      message.fail(BAD_REQUEST, "send {\"id\": a task's id}");
      return;
    }
    dispatch
        .find(id)
        .onComplete(
            (Task task) -> answer(message, task),
            failure -> message.fail(FAILED, String.valueOf(failure.getMessage())));
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
