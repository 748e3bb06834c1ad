package dev.errand.command.client;

import dev.errand.protocol.Bytes;
import dev.errand.protocol.JsonCheck;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The lines of a file or pipe, read by a thread of their own while those before them travel. At
 * most two segments are in memory; a sender that is slow makes the reader wait.
 */
final class Segments {

  /** The longest payload a dispatcher can be set to take, and something around it. */
  private static final int LONGEST_LINE = 20 << 20;

  private static final long LEAST_MILLIS = 100;
  private static final long LINES_PER_MILLI = 1_000;

  private final LineReader lines;
  private final Wrapping wrapping;
  private final BiConsumer<Long, String> onRejected;
  private final JsonCheck check = new JsonCheck();
  private Segment segment = new Segment(1);
  private long begun;
  private boolean isOver;
  private IOException failure;

  /**
   * What lines become when each is a payload only.
   *
   * @param before the task's text up to its payload
   * @param after the rest of it
   */
  record Wrapping(Bytes before, Bytes after) {}

  /**
   * Of that stream.
   *
   * @param wrapping null: each line is a task
   * @param onRejected told of lines that are no tasks, and why; blank ones are sent in their place
   */
  Segments(InputStream in, Wrapping wrapping, BiConsumer<Long, String> onRejected) {
    this.lines = new LineReader(in, LONGEST_LINE);
    this.wrapping = wrapping;
    this.onRejected = onRejected;
  }

  /** Reads to the end. */
  void read() {
    try {
      for (Bytes line = lines.next(); line != null; line = lines.next()) {
        Bytes text = withoutReturn(line);
        put(text, problem(text));
      }
      over(null);
    } catch (IOException e) {
      over(e);
    } catch (InterruptedException e) {
      over(new IOException("interrupted", e));
    }
  }

  private static Bytes withoutReturn(Bytes line) {
    int last = line.length() - 1;
    return last >= 0 && line.array()[line.offset() + last] == '\r'
        ? new Bytes(line.array(), line.offset(), last)
        : line;
  }

  private String problem(Bytes line) {
    if (lines.isCut()) {
      return "is longer than " + LONGEST_LINE + " bytes";
    }
    // Without this, a line could slip in fields beside the payload.
    return wrapping == null || isBlank(line) ? null : check.problem(line);
  }

  private static boolean isBlank(Bytes line) {
    for (int i = 0; i < line.length(); i++) {
      if (line.array()[line.offset() + i] > ' ' || line.array()[line.offset() + i] < 0) {
        return false;
      }
    }
    return true;
  }

  private synchronized void put(Bytes line, String problem) throws InterruptedException {
    while (segment.isFull()) {
      wait();
    }
    if (segment.isEmpty()) {
      begun = System.nanoTime();
      notifyAll();
    }
    if (problem != null) {
      onRejected.accept(segment.next(), problem);
      segment.addBlank();
    } else if (isBlank(line)) {
      segment.addBlank();
    } else if (wrapping == null) {
      segment.add(line);
    } else {
      segment.add(wrapping.before(), line, wrapping.after());
    }
    if (segment.isFull()) {
      notifyAll();
    }
  }

  private synchronized void over(IOException why) {
    failure = why;
    isOver = true;
    notifyAll();
  }

  /**
   * The next lines, when there are many, or those that are there have waited for a while.
   *
   * @return null at the end
   * @throws IOException if they can't be read
   */
  synchronized Segment next() throws IOException, InterruptedException {
    while (!isDue()) {
      if (segment.isEmpty()) {
        wait();
      } else {
        wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(begun + patience() - System.nanoTime())));
      }
    }
    if (failure != null) {
      throw failure;
    }
    if (segment.isEmpty()) {
      return null;
    }
    Segment due = segment;
    segment = new Segment(due.next());
    notifyAll();
    return due;
  }

  private boolean isDue() {
    boolean isOld = !segment.isEmpty() && System.nanoTime() - begun >= patience();
    return isOver || segment.isFull() || isOld;
  }

  /** A request has a blank line for each line before it: late ones should not be many. */
  private long patience() {
    return TimeUnit.MILLISECONDS.toNanos(LEAST_MILLIS + segment.next() / LINES_PER_MILLI);
  }
}
