package dev.errand.dispatcher.web;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import dev.errand.protocol.JsonText;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.JacksonCodec;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;

/**
 * A body that is read whole before the request goes on. What it has beyond {@value #FREE} bytes
 * takes of the room that bodies share while they come. On the event loop.
 */
final class JsonBody {

  private static final int FREE = 16 << 10;
  private static final JsonFactory FACTORY = JsonText.enclosing();
  private static final String KEY = JsonBody.class.getName();

  private final RoutingContext request;
  private final long most;
  private final ByteRoom room;
  private Buffer text = Buffer.buffer();
  private long taken;

  /**
   * A body that has not begun.
   *
   * @param most bytes it may have
   */
  JsonBody(RoutingContext request, long most, ByteRoom room) {
    this.request = request;
    this.most = most;
    this.room = room;
  }

  static Problem tooLarge() {
    return new Problem(ProblemType.TOO_LARGE, "the body is larger than the limits allow");
  }

  /** Reads; then the next handler has its turn. */
  void begin() {
    HttpServerRequest in = request.request();
    request.addEndHandler(any -> forget());
    in.exceptionHandler(
        any -> fail(new Problem(ProblemType.INVALID, "the body is not as HTTP has it")));
    in.handler(this::piece);
    in.endHandler(any -> end());
  }

  private void piece(Buffer piece) {
    if (text == null) {
      return;
    }
    long length = (long) text.length() + piece.length();
    long more = Math.max(0, length - FREE) - taken;
    if (length > most) {
      fail(tooLarge());
    } else if (!room.take(more)) {
      fail(ByteRoom.full());
    } else {
      taken += more;
      text.appendBuffer(piece);
    }
  }

  private void end() {
    if (text != null) {
      request.put(KEY, text);
      request.next();
      forget();
    }
  }

  private void fail(Problem problem) {
    if (text != null) {
      forget();
      request.fail(problem);
    }
  }

  private void forget() {
    text = null;
    room.giveBack(taken);
    taken = 0;
  }

  /** The body of a request that has gone on; the request does not keep it. */
  static Buffer take(RoutingContext request) {
    return request.remove(KEY);
  }

  /** The body as {@link #take} gives it; null if it is no JSON object, or has a name twice. */
  static JsonObject takeObject(RoutingContext request) {
    try (JsonParser parser = FACTORY.createParser(take(request).getBytes())) {
      return JacksonCodec.fromParser(parser, Object.class) instanceof JsonObject body ? body : null;
    } catch (IOException | DecodeException e) {
      return null;
    }
  }
}
