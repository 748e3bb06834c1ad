package dev.errand.dispatcher.web;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of the server: there are no more than so many, and none of them is kept for a
 * caller that is silent when it is the caller's turn. On the event loop.
 */
final class Connections {

  private static final Logger log = LoggerFactory.getLogger(Connections.class);

  /** How often {@link #look} is to be called. */
  static final long LOOK_MILLIS = 1_000;

  private final int most;
  private final Patience patience;
  private final LongSupplier clock;
  private final Map<HttpConnection, Line> lines = new IdentityHashMap<>();
  private boolean full;

  /** A connection, with what runs on it: one exchange at a time, but for HTTP/2. */
  private static final class Line {

    final List<Exchange> running = new ArrayList<>(1);
    long idleSince;
    long idleMillis;

    Line(long now, long idleMillis) {
      this.idleSince = now;
      this.idleMillis = idleMillis;
    }
  }

  /**
   * None yet.
   *
   * @param most how many there may be
   * @param clock in milliseconds, from any start
   */
  Connections(int most, Patience patience, LongSupplier clock) {
    this.most = most;
    this.patience = patience;
    this.clock = clock;
  }

  /** How many are open. */
  int count() {
    return lines.size();
  }

  /** One was opened. */
  void opened(HttpConnection connection) {
    if (lines.size() >= most) {
      if (!full) {
        log.warn("{} HTTP connections are open: further ones are closed at once", most);
      }
      full = true;
      connection.close();
      return;
    }
    lines.put(connection, new Line(clock.getAsLong(), patience.firstMillis()));
    connection.closeHandler(any -> lines.remove(connection));
  }

  /** The head of a request is there. */
  void begun(HttpServerRequest request) {
    Line line = lines.get(request.connection());
    if (line != null) {
      line.running.removeIf(Exchange::isOver);
      line.running.add(new Exchange(request, clock.getAsLong()));
    }
  }

  /** Reads no more of that request's body, for which its caller is not to blame. */
  void pause(HttpServerRequest request) {
    request.pause();
    paused(request, true);
  }

  /** Reads on. */
  void resume(HttpServerRequest request) {
    paused(request, false);
    request.resume();
  }

  private void paused(HttpServerRequest request, boolean value) {
    Line line = lines.get(request.connection());
    if (line != null) {
      line.running.stream()
          .filter(exchange -> exchange.isOf(request))
          .forEach(exchange -> exchange.paused(value));
    }
  }

  /** Closes those that have used up the patience. */
  void look() {
    long now = clock.getAsLong();
    List<HttpConnection> late = new ArrayList<>();
    lines.forEach(
        (connection, line) -> {
          if (isLate(line, now)) {
            late.add(connection);
          }
        });
    late.forEach(HttpConnection::close);
    full &= lines.size() >= most;
  }

  private boolean isLate(Line line, long now) {
    if (line.running.isEmpty()) {
      return now - line.idleSince >= line.idleMillis;
    }
    line.running.removeIf(Exchange::isOver);
    if (line.running.isEmpty()) {
      line.idleSince = now;
      line.idleMillis = patience.idleMillis();
    }
    return line.running.stream()
        .anyMatch(exchange -> exchange.isStalled(now, patience.stallMillis()));
  }
}
