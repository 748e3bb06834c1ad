package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Awaited;
import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.api.Problem;
import dev.errand.protocol.JsonBytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskId;
import dev.errand.protocol.TaskText;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Answers that are tasks, or say how many. */
final class TaskAnswers {

  /** Where tasks are. */
  static final String PATH = "/api/v1/tasks";

  private static final int ACCEPTED = 202;

  private final LargeAnswers large;

  TaskAnswers(LargeAnswers large) {
    this.large = large;
  }

  /** The id in a request's path; throws a {@link Problem} if it can be none. */
  static long id(RoutingContext request) {
    long id = TaskId.parse(request.pathParam("id"));
    if (id < 0) {
      throw Problem.noTask(request.pathParam("id"));
    }
    return id;
  }

  /** Fails if there is no task. */
  static <T> Future<T> found(long id, T task) {
    return task != null
        ? Future.succeededFuture(task)
        : Future.failedFuture(Problem.noTask(TaskId.text(id)));
  }

  /** The task when it has ended or the wait is over; never if the caller leaves before. */
  static Future<Task> await(RoutingContext request, Dispatch dispatch, long id, long millis) {
    return (millis > 0 && !request.response().closed()
            ? awaited(request, dispatch.await(id, millis))
            : dispatch.find(id))
        .compose(task -> found(id, task));
  }

  private static Future<Task> awaited(RoutingContext request, Awaited awaited) {
    request.addEndHandler(any -> awaited.giveUp().run());
    return awaited.end();
  }

  /** Answers a submission; where there is no room for the whole task, as if it had not ended. */
  void submitted(RoutingContext request, Task task) {
    HttpServerResponse response = request.response();
    if (!response.closed()) {
      response.putHeader(HttpHeaders.LOCATION, PATH + "/" + task.id());
      boolean whole = large.take(length(task));
      if (!task.state().terminal() || !whole) {
        response.setStatusCode(ACCEPTED);
      }
      sendWholeOrHead(request, task, whole);
    }
  }

  /** Answers what was done to a task; where there is no room, without payload and result. */
  void done(RoutingContext request, Task task) {
    sendWholeOrHead(request, task, large.take(length(task)));
  }

  private void sendWholeOrHead(RoutingContext request, Task task, boolean whole) {
    if (whole) {
      send(request, task);
    } else {
      JsonBytes head = new JsonBytes(512);
      TaskText.write(task, TaskText.Part.HEAD, 0, head);
      json(request, head.toArray());
    }
  }

  /** Answers with a task, if there is room for it; else no text is made. */
  void task(RoutingContext request, Task task) {
    if (large.take(length(task))) {
      send(request, task);
    } else {
      LargeAnswers.refuse(request);
    }
  }

  /** Answers with what may be large, if there is room for it. */
  void large(RoutingContext request, byte[] text) {
    large.send(request, Bodies.JSON, Buffer.buffer(text));
  }

  /** There is room for it. */
  private void send(RoutingContext request, Task task) {
    large.sendTaken(request, Bodies.JSON, Buffer.buffer(TaskText.of(task)), length(task));
  }

  /** Of payload and result, which are what may be large. */
  private static long length(Task task) {
    return (long) task.payload().length() + (task.result() == null ? 0 : task.result().length());
  }

  static void count(RoutingContext request, long count) {
    json(request, new JsonBytes(0).beginObject().field("count", count).endObject().toArray());
  }

  /** Answers with what is small. */
  static void json(RoutingContext request, byte[] text) {
    HttpServerResponse response = request.response();
    if (!response.closed()) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, Bodies.JSON).end(Buffer.buffer(text));
    }
  }
}
