package dev.errand.dispatcher.web;

import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;

/** Takes the bodies of requests. To be mounted behind {@link Access#allow}. */
final class Bodies {

  /** One JSON value. */
  static final String JSON = "application/json";

  /** One JSON value a line. */
  static final String LINES = "application/x-ndjson";

  private static final String CONTINUE = "100-continue";

  private Bodies() {}

  /**
   * Takes a JSON text whole, for {@link JsonBody#take}, and refuses all other types.
   *
   * @param mostBytes what is longer is refused
   * @param room that large ones share
   */
  static Handler<RoutingContext> json(long mostBytes, ByteRoom room) {
    return request -> {
      check(request, JSON);
      String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
      if (length != null && Long.parseLong(length) > mostBytes) {
        throw JsonBody.tooLarge();
      }
      expect(request);
      new JsonBody(request, mostBytes, room).begin();
    };
  }

  /** The same for texts that are always short. */
  static Handler<RoutingContext> json(int mostBytes) {
    return json(mostBytes, new ByteRoom(0));
  }

  /** Passes bodies of that type, unread, and has callers send them who ask before. */
  static Handler<RoutingContext> only(String type) {
    return request -> {
      check(request, type);
      expect(request);
      request.next();
    };
  }

  private static void expect(RoutingContext request) {
    String expected = request.request().getHeader(HttpHeaders.EXPECT);
    if (expected == null || request.request().version() == HttpVersion.HTTP_1_0) {
      return;
    }
    if (!CONTINUE.equalsIgnoreCase(expected)) {
      throw new Problem(
          ProblemType.INVALID, "of Expect, 100-continue alone is known: leave it out");
    }
    request.response().writeContinue();
  }

  private static void check(RoutingContext request, String type) {
    String stated = request.request().getHeader(HttpHeaders.CONTENT_TYPE);
    String media = stated == null ? "" : stated.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!media.equals(type)) {
      throw new Problem(
          ProblemType.MEDIA_TYPE, "the body must be " + type + ", and its Content-Type say so");
    }
  }
}
