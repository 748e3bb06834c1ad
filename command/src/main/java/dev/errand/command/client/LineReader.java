package dev.errand.command.client;

import dev.errand.protocol.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Cuts a stream into lines. Not thread-safe. */
final class LineReader {

  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final int longest;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int begin;
  private int searched;
  private int end;
  private boolean isCut;

  /**
   * Of that stream.
   *
   * @param longest bytes of a line; what a line has beyond is dropped
   */
  LineReader(InputStream in, int longest) {
    this.in = in;
    this.longest = longest;
  }

  /**
   * The next line without its line break, in an array that is written to by the next call.
   *
   * @return null at the end
   */
  Bytes next() throws IOException {
    isCut = false;
    while (!findsBreak()) {
      if (end - begin > longest) {
        isCut = true;
        end = begin + longest;
        searched = end;
      }
      if (!fill()) {
        return last();
      }
    }
    Bytes line = line(searched);
    begin = searched + 1;
    searched = begin;
    return line;
  }

  private Bytes last() {
    if (begin == end && !isCut) {
      return null;
    }
    Bytes line = line(end);
    begin = end;
    return line;
  }

  private Bytes line(int lineEnd) {
    return new Bytes(buffer, begin, Math.min(longest, lineEnd - begin));
  }

  /** Whether the line that {@link #next} gave was longer than allowed. */
  boolean isCut() {
    return isCut;
  }

  /** Whether {@link #next} has a line without reading on. */
  boolean hasLine() {
    return findsBreak();
  }

  private boolean findsBreak() {
    while (searched < end && buffer[searched] != '\n') {
      searched++;
    }
    return searched < end;
  }

  private boolean fill() throws IOException {
    if (begin > 0) {
      System.arraycopy(buffer, begin, buffer, 0, end - begin);
      end -= begin;
      searched -= begin;
      begin = 0;
    }
    if (end == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    int read = in.read(buffer, end, buffer.length - end);
    end += Math.max(0, read);
    return read >= 0;
  }
}
