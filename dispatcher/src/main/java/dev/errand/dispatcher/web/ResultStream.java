package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Dispatch;
import dev.errand.dispatcher.core.BatchView;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * The ended tasks of a batch, one a line, as fast as the reader takes them; ends with the last.
 * What is in memory for all such readers, until it is sent, shares a room. On the event loop.
 */
abstract class ResultStream {

  /** How much is written in one go, in bytes. */
  static final int WRITE = 32 << 10;

  /** A page of the store ends when it has so many bytes; one task may go beyond. */
  static final int PAGE_BYTES = 256 << 10;

  /** Goes in one turn. */
  private static final int WRITES = 4;

  /** How often it is looked whether an upload has ended. */
  private static final long LOOK_MILLIS = 500;

  final Dispatch dispatch;
  final String batch;
  final ReaderRoom room;
  private final OpenUploads uploads;
  private final RoutingContext request;
  private final HttpServerResponse response;
  private final Vertx vertx;
  private long look;
  private boolean due;
  private boolean over;

  ResultStream(
      RoutingContext request,
      Dispatch dispatch,
      String batch,
      OpenUploads uploads,
      ByteRoom shared) {
    this.request = request;
    this.dispatch = dispatch;
    this.batch = batch;
    this.uploads = uploads;
    this.response = request.response();
    this.vertx = request.vertx();
    this.room = new ReaderRoom(shared, most(dispatch), this::wake);
  }

  /** The most that is read at once for a reader, in bytes. */
  static long most(Dispatch dispatch) {
    return PAGE_BYTES + dispatch.mostOfTask();
  }

  /** What is to be written next, for which room is taken; null: nothing is there. */
  abstract Buffer next();

  /** Whether all is written that there is by now. */
  abstract boolean isDone();

  /** The first line may be asked for. */
  abstract void started();

  /** Nobody reads any more. */
  abstract void stopped();

  final void begin() {
    response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, Bodies.LINES);
    request.addEndHandler(any -> stop());
    response.drainHandler(any -> pump());
    look = vertx.setPeriodic(LOOK_MILLIS, any -> pump());
    started();
    // A reader that waits for the first result knows at once that there is a batch.
    response.writeHead();
    wake();
  }

  private void stop() {
    if (!over) {
      over = true;
      vertx.cancelTimer(look);
      room.close();
      stopped();
    }
  }

  final boolean isOver() {
    return over;
  }

  /** There may be something to write. */
  final void wake() {
    if (!due && !over) {
      due = true;
      vertx.runOnContext(any -> pump());
    }
  }

  private void pump() {
    due = false;
    write();
    // It may be the reader's turn; then others need it more.
    room.needNone();
  }

  private void write() {
    for (int i = 0; i < WRITES && !over && !response.writeQueueFull(); i++) {
      Buffer next = next();
      if (next == null) {
        if (isDone() && !isLive()) {
          response.end();
        }
        return;
      }
      response.write(next).onComplete(any -> room.giveBack(next.length()));
    }
    if (!response.writeQueueFull()) {
      wake();
    }
  }

  /** Whether more may come. */
  private boolean isLive() {
    BatchView view = dispatch.batch(batch);
    return uploads.has(batch) || view != null && view.live();
  }

  /** What was to be written can't be read. */
  final void fail(Throwable failure) {
    if (!over) {
      request.fail(failure);
    }
  }
}
