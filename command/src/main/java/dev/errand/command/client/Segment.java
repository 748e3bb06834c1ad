package dev.errand.command.client;

import dev.errand.protocol.Bytes;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.stream.LongStream;

/**
 * Lines of a batch that travel in one request. It is small enough to be sent again as often as
 * needed, also where its lines came from a pipe. Not thread-safe.
 */
final class Segment {

  /** From so many bytes on it is full. */
  static final int FULL_BYTES = 8 << 20;

  private static final int START_BYTES = 1 << 16;
  private static final int MANY_BREAKS = 1 << 14;
  private static final byte[] BREAKS = new byte[MANY_BREAKS];

  static {
    Arrays.fill(BREAKS, (byte) '\n');
  }

  private final long first;
  private byte[] bytes = new byte[START_BYTES];
  private int length;
  private long lines;
  private long tasks;

  /**
   * An empty one.
   *
   * @param first number of its first line
   */
  Segment(long first) {
    this.first = first;
  }

  /** Adds parts that are one line together. */
  void add(Bytes... parts) {
    for (Bytes part : parts) {
      makeRoom(part.length() + 1);
      System.arraycopy(part.array(), part.offset(), bytes, length, part.length());
      length += part.length();
    }
    tasks++;
    addBlank();
  }

  /** Adds a line that has a number and nothing else. */
  void addBlank() {
    makeRoom(1);
    bytes[length++] = '\n';
    lines++;
  }

  private void makeRoom(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  /** How many of its lines are tasks. */
  long tasks() {
    return tasks;
  }

  boolean isFull() {
    return length >= FULL_BYTES;
  }

  /** Number of its first line. */
  long first() {
    return first;
  }

  boolean isEmpty() {
    return lines == 0;
  }

  /** Number of the line behind its last one. */
  long next() {
    return first + lines;
  }

  /** What of it begins with that line. */
  Segment from(long line) {
    if (line <= first) {
      return this;
    }
    Segment rest = new Segment(Math.min(line, next()));
    rest.tasks = tasks;
    int at = 0;
    for (long skipped = first; skipped < rest.first; skipped++) {
      if (bytes[at] != '\n') {
        rest.tasks--;
      }
      while (bytes[at++] != '\n') {
        // On to the next line.
      }
    }
    rest.bytes = Arrays.copyOfRange(bytes, at, length);
    rest.length = length - at;
    rest.lines = next() - rest.first;
    return rest;
  }

  /** The body of a request: blank lines stand for those before its first one. */
  BodyPublisher body() {
    BodyPublisher own = BodyPublishers.ofByteArray(bytes, 0, length);
    return first == 1
        ? own
        : BodyPublishers.concat(BodyPublishers.ofByteArrays(Segment.this::breaks), own);
  }

  private Iterator<byte[]> breaks() {
    long before = first - 1;
    byte[] rest = Arrays.copyOf(BREAKS, (int) (before % MANY_BREAKS));
    Iterator<byte[]> many =
        LongStream.range(0, before / MANY_BREAKS).mapToObj(each -> BREAKS).iterator();
    return rest.length == 0 ? many : new Chain(many, rest);
  }

  /** Some arrays, then a last one. */
  private static final class Chain implements Iterator<byte[]> {
    private final Iterator<byte[]> many;
    private Iterator<byte[]> last;

    private Chain(Iterator<byte[]> many, byte[] last) {
      this.many = many;
      this.last = Collections.singleton(last).iterator();
    }

    @Override
    public boolean hasNext() {
      return many.hasNext() || last.hasNext();
    }

    @Override
    public byte[] next() {
      return many.hasNext() ? many.next() : last.next();
    }
  }
}
