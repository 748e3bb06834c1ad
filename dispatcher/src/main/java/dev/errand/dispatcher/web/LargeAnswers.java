package dev.errand.dispatcher.web;

import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * Answers that may be large: what they have beyond {@value #FREE} bytes takes room that all of them
 * share, until they are sent or can't be. On the event loop.
 */
final class LargeAnswers {

  private static final String FULL =
      "other large answers take the memory that there is for such until they are read";

  /** What an answer may have without room being taken, in bytes. */
  private static final int FREE = 16 << 10;

  private final ByteRoom room;

  LargeAnswers(ByteRoom room) {
    this.room = room;
  }

  /** Answers with that, or refuses where there is no room for it. */
  void send(RoutingContext request, String type, Buffer text) {
    if (take(text.length())) {
      sendTaken(request, type, text, text.length());
    } else {
      refuse(request);
    }
  }

  /**
   * The same with a text that takes too long for an event loop, as those do that are larger the
   * more types or workers there are.
   *
   * @param text is made by another thread, one after the other; what it throws fails the request
   */
  void write(RoutingContext request, String type, Callable<Buffer> text) {
    request
        .vertx()
        .executeBlocking(text)
        .onComplete(made -> send(request, type, made), request::fail);
  }

  /** The same with a list in JSON, under its name. */
  void list(RoutingContext request, String name, Supplier<JsonArray> list) {
    write(request, Bodies.JSON, () -> new JsonObject().put(name, list.get()).toBuffer());
  }

  /** Takes room for so many bytes; false: there is none. */
  boolean take(long length) {
    return length <= FREE || room.take(beyond(length));
  }

  /** Answers with that, and gives back the room that was taken for so many bytes. */
  void sendTaken(RoutingContext request, String type, Buffer text, long length) {
    HttpServerResponse response = request.response();
    if (response.closed()) {
      giveBack(length);
    } else {
      response
          .putHeader(HttpHeaders.CONTENT_TYPE, type)
          .end(text)
          .onComplete(any -> giveBack(length));
    }
  }

  private void giveBack(long length) {
    room.giveBack(beyond(length));
  }

  private static long beyond(long length) {
    return Math.max(0, length - FREE);
  }

  /** Says that there is no room. */
  static void refuse(RoutingContext request) {
    request.fail(Problem.later(ProblemType.LIMIT, FULL, ByteRoom.RETRY_MILLIS));
  }
}
