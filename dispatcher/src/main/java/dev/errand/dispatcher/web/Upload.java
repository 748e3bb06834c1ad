package dev.errand.dispatcher.web;

import dev.errand.dispatcher.api.Problem;
import dev.errand.dispatcher.api.TaskReader;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.Bytes;
import dev.errand.protocol.TaskRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * A body that is tasks, one a line, for one batch. It is read as it comes. A line's number is its
 * key; empty lines have numbers, too. On the event loop.
 */
abstract class Upload {

  private static final int CREATED = 201;

  final String batch;
  final Tally tally;
  private final RoutingContext request;
  private final TaskReader reader;
  private final Lines lines;
  private final int mostLine;
  private long number;
  private boolean over;

  /**
   * An upload that has not begun.
   *
   * @param mostLine bytes of a line
   * @param room for what has come of a line
   */
  Upload(RoutingContext request, String batch, TaskReader reader, int mostLine, ByteRoom room) {
    this.request = request;
    this.batch = batch;
    this.reader = reader;
    this.mostLine = mostLine;
    this.lines = new Lines(mostLine, room, this::line);
    this.tally = new Tally(batch);
  }

  /** A line that is a task. */
  abstract void take(TaskRequest task, long line, int bytes);

  /** What has come of that line can't be kept: neither it nor those behind it are taken. */
  abstract void noRoom(long line);

  /** All lines of a piece of the body were taken. */
  abstract void pieceEnds();

  /** All lines were taken. */
  abstract void bodyEnds();

  /** Begins to read. */
  final void begin() {
    HttpServerRequest in = request.request();
    request.addEndHandler(
        any -> {
          over = true;
          lines.forget();
        });
    in.exceptionHandler(any -> over = true);
    in.handler(this::piece);
    in.endHandler(
        any -> {
          if (!over) {
            lines.end();
          }
          if (!over) {
            bodyEnds();
          }
        });
  }

  private void piece(Buffer piece) {
    if (!over) {
      lines.take(piece.getBytes());
      pieceEnds();
    }
  }

  private void line(Bytes text) {
    number++;
    if (over) {
      return;
    }
    if (text == Lines.NO_ROOM) {
      noRoom(number);
    } else if (text == Lines.TOO_LONG) {
      tally.reject(number, "has more than " + mostLine + " bytes");
    } else if (!isBlank(text)) {
      task(text);
    }
  }

  private void task(Bytes text) {
    try {
      take(reader.line(text, new BatchPlace(batch, number)), number, text.length());
    } catch (Problem e) {
      tally.reject(number, e.getMessage());
    }
  }

  private static boolean isBlank(Bytes text) {
    for (int i = text.offset(); i < text.offset() + text.length(); i++) {
      if (text.array()[i] > ' ' || text.array()[i] < 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether nothing that still comes is of interest. */
  final boolean isOver() {
    return over;
  }

  /** Takes no more lines; the rest of the body is passed over. */
  final void stop() {
    over = true;
  }

  /** Answers with what the lines have come to. */
  final void answer() {
    over = true;
    if (!request.response().closed()) {
      request
          .response()
          .setStatusCode(CREATED)
          .putHeader(HttpHeaders.LOCATION, BatchRoutes.PATH + "/" + batch);
      TaskAnswers.json(request, tally.text());
    }
  }

  final void fail(Throwable failure) {
    stop();
    if (!request.response().closed() && !request.response().ended()) {
      request.fail(failure);
    }
  }
}
