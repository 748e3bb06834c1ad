package dev.errand.dispatcher.web;

import io.vertx.core.http.HttpServerRequest;

/** A request with its answer, and whether both get on. */
final class Exchange {

  private final HttpServerRequest request;
  private long bytes = -1;
  private long movedAt;
  private boolean answered;
  private boolean paused;

  /**
   * One that begins.
   *
   * @param now in milliseconds of some clock
   */
  Exchange(HttpServerRequest request, long now) {
    this.request = request;
    this.movedAt = now;
  }

  /** Whether it is that one, or one that wraps it: on a connection of HTTP/1 there is one alone. */
  boolean isOf(HttpServerRequest other) {
    return request.streamId() == other.streamId();
  }

  /** Whether the body is not read for the moment: it is not the caller's turn then. */
  void paused(boolean value) {
    paused = value;
  }

  /** Whether nothing more comes or goes. */
  boolean isOver() {
    return request.isEnded() && request.response().ended();
  }

  /** Whether it is the caller's turn, and has been for so long without a byte. */
  boolean isStalled(long now, long stallMillis) {
    if (!answered && request.response().ended()) {
      // From here on the rest of the body is of no use, however fast it comes.
      answered = true;
      movedAt = now;
    }
    if (!answered && (moved() || paused)) {
      movedAt = now;
    }
    return now - movedAt >= stallMillis;
  }

  private boolean moved() {
    if (request.isEnded() && !request.response().writeQueueFull()) {
      return true;
    }
    long before = bytes;
    bytes = request.bytesRead() + request.response().bytesWritten();
    return bytes != before;
  }
}
