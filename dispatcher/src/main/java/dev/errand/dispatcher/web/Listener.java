package dev.errand.dispatcher.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/**
 * Somebody who reads events. Whoever reads too slowly gets less of them, and is told; what waits
 * for anybody is bounded. Owner: the dispatcher's event loop.
 */
final class Listener {

  /** Of what happened, at once: of a reader who takes nothing, so much waits beyond its queue. */
  private static final int PIECE_BYTES = 1 << 16;

  private final HttpServerResponse response;
  private final Sessions.Session session;
  private final EventRing ring;
  private long place;

  /**
   * A listener.
   *
   * @param session with which it ends; null: none
   * @param place of its next event
   */
  Listener(HttpServerResponse response, Sessions.Session session, EventRing ring, long place) {
    this.response = response;
    this.session = session;
    this.ring = ring;
    this.place = place;
  }

  /** Whether its session is over by then, in milliseconds since 1970. */
  boolean isOver(long millis) {
    return session != null && session.endMillis() <= millis;
  }

  /** Whether its session is that cookie's. */
  boolean isOf(String cookie) {
    return session != null && session.cookie().equals(cookie);
  }

  /** Nothing more comes. */
  void end() {
    if (isOpen()) {
      response.end();
    }
  }

  /** Sends what it has not got yet, as far as it takes it. */
  void catchUp(Shared shared) {
    if (!isOpen() || response.writeQueueFull()) {
      return;
    }
    if (place < ring.begin()) {
      JsonObject missed = new JsonObject().put("missed", ring.end() - place);
      response.write(EventText.event("gap", missed.toBuffer()));
      place = ring.end();
    }
    if (place < ring.end()) {
      shared.begin(place);
      response.write(shared.texts);
      place = shared.to;
    }
  }

  /** The last piece of the ring that was asked for: mostly the next one wants just that, too. */
  static final class Shared {

    private final EventRing ring;
    private long from;
    private long to;
    private Buffer texts;

    Shared(EventRing ring) {
      this.ring = ring;
    }

    /** From now on it is the one from that place on. */
    private void begin(long place) {
      if (texts == null || from != place) {
        from = place;
        to = ring.fitting(place, PIECE_BYTES);
        texts = ring.texts(from, to);
      }
    }
  }

  /**
   * An event that is out of date when the next one comes.
   *
   * @param upTo it goes only to whoever has got all before that place
   */
  void send(Buffer text, long upTo) {
    if (place >= upTo && isOpen() && !response.writeQueueFull()) {
      response.write(text);
    }
  }

  private boolean isOpen() {
    return !response.closed() && !response.ended();
  }
}
