package dev.errand.dispatcher.web;

import dev.errand.dispatcher.Awaited;
import dev.errand.dispatcher.Dispatch;
import dev.errand.protocol.BatchPlace;
import dev.errand.protocol.JsonBytes;
import dev.errand.protocol.Task;
import dev.errand.protocol.TaskText;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayDeque;
import java.util.Deque;

/** The tasks of a batch in the order of its lines; it waits for the first that has not ended. */
final class ResultsByLine extends ResultStream {

  /** Lines that are looked for at once. */
  private static final int AHEAD = 32;

  /** In one go; then it is looked again. */
  private static final long WAIT_MILLIS = 86_400_000;

  /** A line, and what it came to. */
  private static final class Line {
    final long number;
    final long id;
    Runnable giveUp = () -> {};

    /** Whether it is to be looked for as soon as there is room. */
    boolean due = true;

    /** Whether it is looked for, with room for the most that may come. */
    boolean looking;

    /** As it is to be written; null: it is not there. */
    byte[] text;

    Line(long number, long id) {
      this.number = number;
      this.id = id;
    }
  }

  private final Deque<Line> ahead = new ArrayDeque<>();
  private long last;

  ResultsByLine(
      RoutingContext request,
      Dispatch dispatch,
      String batch,
      OpenUploads uploads,
      ByteRoom shared) {
    super(request, dispatch, batch, uploads, shared);
  }

  @Override
  void started() {
    // It looks when it is asked.
  }

  @Override
  void stopped() {
    for (Line line : ahead) {
      line.giveUp.run();
      room.giveBack(line.text == null ? 0 : line.text.length);
    }
    ahead.clear();
  }

  @Override
  Buffer next() {
    look();
    Buffer out = Buffer.buffer();
    while (out.length() < WRITE && !ahead.isEmpty() && ahead.peek().text != null) {
      out.appendBytes(ahead.poll().text);
      look();
    }
    return out.length() == 0 ? null : out;
  }

  /** Looks for lines up to the first that has not ended, as far as there is room. */
  private void look() {
    for (Line line : ahead) {
      if (!isOnItsWay(line)) {
        return;
      }
    }
    while (ahead.size() < AHEAD) {
      long number = dispatch.nextLine(batch, last);
      if (number == 0) {
        return;
      }
      last = number;
      Line next = new Line(number, dispatch.line(new BatchPlace(batch, number)));
      ahead.add(next);
      if (!isOnItsWay(next)) {
        return;
      }
    }
  }

  private boolean isOnItsWay(Line line) {
    if (line.due
        && !line.looking
        && (line == ahead.peek() ? room.takeMostOrWait() : room.takeMost())) {
      await(line);
    }
    return line.looking || line.text != null;
  }

  /** There is room for the most that may come. */
  private void await(Line next) {
    next.due = false;
    next.looking = true;
    Awaited awaited = dispatch.await(next.id, WAIT_MILLIS);
    next.giveUp = awaited.giveUp();
    awaited.end().onComplete(task -> found(next, task), this::fail);
    awaited.looked().onComplete(any -> looked(next, 0));
  }

  /** Whatever has not ended needs no room; whoever reads no more, neither. */
  private void looked(Line next, long bytes) {
    if (next.looking) {
      next.looking = false;
      room.came(bytes);
      wake();
    }
  }

  private void found(Line next, Task task) {
    if (isOver()) {
      return;
    }
    if (task == null || task.state().terminal()) {
      keep(next, text(next, task));
    }
    next.due = next.text == null;
    wake();
  }

  /** Only what can be written at once: what waits for another line would keep room from others. */
  private void keep(Line next, byte[] text) {
    if (isNextToWrite(next) && (next.looking || room.take(text.length))) {
      next.text = text;
      looked(next, text.length);
    }
  }

  private boolean isNextToWrite(Line line) {
    for (Line each : ahead) {
      if (each == line || each.text == null) {
        return each == line;
      }
    }
    return false;
  }

  private static byte[] text(Line line, Task task) {
    JsonBytes out = new JsonBytes(512);
    if (task != null) {
      TaskText.write(task, TaskText.Part.OUTCOME, line.number, out);
      out.endLine();
    }
    return out.toArray();
  }

  @Override
  boolean isDone() {
    return ahead.isEmpty() && dispatch.nextLine(batch, last) == 0;
  }
}
