package dev.errand.command.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However long a file is and however slow its upload, little of it is in memory. */
class SegmentsTest {

  private static final int LINE_BYTES = 1_000;

  /** The next segment, and what is read at a time. */
  private static final long MOST_AHEAD = Segment.FULL_BYTES + 200_000;

  /** Lines without an end. */
  private static final class Endless extends InputStream {
    private final AtomicLong given = new AtomicLong();

    @Override
    public int read() {
      return given.incrementAndGet() % LINE_BYTES == 0 ? '\n' : '1';
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      Arrays.fill(into, offset, offset + length, (byte) '1');
      long begin = given.getAndAdd(length);
      for (long at = begin / LINE_BYTES * LINE_BYTES; at < begin + length; at += LINE_BYTES) {
        if (at >= begin) {
          into[offset + (int) (at - begin)] = '\n';
        }
      }
      return length;
    }
  }

  @Test
  @Timeout(60)
  void aReaderWaitsForASenderThatIsSlow() throws Exception {
    Endless in = new Endless();
    Segments segments = new Segments(in, null, (line, problem) -> {});
    CountDownLatch stopped = new CountDownLatch(1);
    Thread reader =
        new Thread(
            () -> {
              segments.read();
              stopped.countDown();
            });
    reader.start();
    try {
      for (int i = 0; i < 5; i++) {
        Segment next = segments.next();
        awaitWaiting(reader);
        long taken = (next.next() - 1) * LINE_BYTES;
        assertThat(in.given.get() - taken).isBetween(1L * Segment.FULL_BYTES, MOST_AHEAD);
      }
    } finally {
      reader.interrupt();
    }
    assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static void awaitWaiting(Thread reader) {
    while (reader.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }
}
