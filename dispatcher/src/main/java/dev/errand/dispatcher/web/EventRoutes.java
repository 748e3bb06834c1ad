package dev.errand.dispatcher.web;

import dev.errand.config.settings.Role;
import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.ProblemType;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Server-Sent Events (HTML Living Standard, 9.2): {@code /api/v1/events}. */
final class EventRoutes implements Routes {

  private static final String HEADER = "Last-Event-ID";
  private static final String PARAMETER = "lastEventId";

  /** After which a listener that was cut off comes again, in milliseconds. */
  private static final String RETRY = "retry: 2000\n\n";

  private static final int RETRY_MILLIS = 10_000;

  /**
   * What waits for a listener is outside of the heap, where a container has little room: a thousand
   * who take nothing must not use it up.
   */
  static final int QUEUE_BYTES = 1 << 15;

  private final EventStream events;

  EventRoutes(EventStream events) {
    this.events = events;
  }

  @Override
  public void mount(Router router, Access access) {
    router.get("/api/v1/events").handler(access.allow(Role.READ)).handler(this::listen);
  }

  private void listen(RoutingContext request) {
    long after = after(request);
    if (events.isFull()) {
      throw Problem.later(
          ProblemType.NOT_READY,
          EventStream.MOST_LISTENERS + " listen already, which is the most",
          RETRY_MILLIS);
    }
    HttpServerResponse response = request.response();
    response
        .setChunked(true)
        .setWriteQueueMaxSize(QUEUE_BYTES)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .write(RETRY);
    events.listen(response, after, Access.caller(request).session());
  }

  /** The last event that it knows; negative: none. */
  private static long after(RoutingContext request) {
    Query query = new Query(request, PARAMETER);
    String header = request.request().getHeader(HEADER);
    String text = header != null ? header : query.text(PARAMETER);
    boolean none = text == null || text.isEmpty();
    if (!none && !Query.EVENT.matcher(text).matches()) {
      query.wrong(header != null ? HEADER : PARAMETER, Query.EVENT_FORM);
    }
    query.check();
    return none ? -1 : Long.parseLong(text);
  }
}
